import { describe, expect, test } from '@jest/globals';
import { followBytes } from '../../../cli/byte-rate.ts';
import { formatTimeLeft } from '../../../cli/format.ts';
import { barLine, createTransferBar } from '../../../cli/transfer-bar.ts';
import { createTransferLines, transferText } from '../../../cli/transfer-lines.ts';
import { createTransferObjects, createTransferReport } from '../../../cli/transfer-report.ts';
import type { TransferState } from '../../../cli/transfer-state.ts';
import { keepText, progressAt } from '../../doubles/scripted-library.ts';

const at = (changes: Partial<TransferState> = {}): TransferState => {
  const { receivedBytes, ...rest } = progressAt();
  return { name: 'small', doneBytes: receivedBytes, ...rest, ...changes };
};

/** Lines that were told, and a clock that moves by hand. */
function stageLines() {
  const lines: string[] = [];
  let nowMs = 0;
  return {
    lines,
    nowMs: () => nowMs,
    write: (line: string) => void lines.push(line),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('progress in a pipe', () => {
  test('[CM12] is a line at each change of the step, the attempt or the file', () => {
    const { lines, nowMs, write } = stageLines();
    const report = createTransferLines(nowMs, write);
    for (const state of [
      at({ step: 'planning', attempt: 0, bytesPerSecond: null, remainingMs: null }),
      at({ step: 'locking', attempt: 0 }),
      at({ step: 'probing', doneBytes: 0 }),
      at({ step: 'probing' }),
      at(),
      at({ ratio: 0.5 }),
      at({ step: 'waiting', reason: 'source_stalled' }),
      at({ attempt: 2, mirror: 1, reason: 'source_stalled' }),
      at({ step: 'verifying', bytesPerSecond: null, remainingMs: null }),
      at({ step: 'publishing' }),
      at({ step: 'recorded' }),
      at({ name: 'large', step: 'recorded' }),
    ]) {
      report.show(state);
    }
    report.settle();
    expect(lines).toEqual([
      'small  planning',
      'small  taking the lock',
      'small  asking the source',
      'small  downloading  42 %  420 kB of 1.0 MB  35.1 MB/s  0:48 left',
      'small  waiting to try again  (source_stalled)',
      'small  downloading  (attempt 2, mirror 1)  42 %  420 kB of 1.0 MB  35.1 MB/s  0:48 left',
      'small  verifying  42 %  420 kB of 1.0 MB',
      'small  storing',
      'small  stored',
      'large  stored',
    ]);
  });

  test('[CM12] is one more line every five seconds while a step goes on', () => {
    const { lines, nowMs, write, pass } = stageLines();
    const report = createTransferLines(nowMs, write);
    for (let tick = 0; tick < 120; tick += 1) {
      report.show(at());
      pass(100);
    }
    expect(lines).toHaveLength(3);
  });

  test('[CM12] tells no share of what has no known size', () => {
    const state = at({ step: 'measuring', totalBytes: 0, bytesPerSecond: null, remainingMs: null });
    expect(transferText(state)).toBe('measuring  420 kB');
  });

  test('[CM12] tells what comes while the source is still being asked', () => {
    expect(transferText(at({ step: 'probing' }))).toBe(
      'asking the source  42 %  420 kB of 1.0 MB  35.1 MB/s  0:48 left',
    );
  });

  test('[CM9] in JSON is one object at each change, and two a second between', () => {
    const { lines, nowMs, write, pass } = stageLines();
    const report = createTransferObjects(nowMs, write, write);
    for (let tick = 0; tick < 21; tick += 1) {
      report.show(at({ doneBytes: tick }));
      pass(50);
    }
    report.show(at({ step: 'verifying' }));
    report.settle();
    const told = lines.map((line) => JSON.parse(line) as TransferState & { type: string });
    expect(told.map(({ type, step, doneBytes }) => [type, step, doneBytes])).toEqual([
      ['progress', 'streaming', 0],
      ['progress', 'streaming', 10],
      ['progress', 'streaming', 20],
      ['progress', 'verifying', 420_000],
    ]);
    expect(told[0]).toEqual({ type: 'progress', ...at({ doneBytes: 0 }) });
  });

  test('[CM12] goes to standard error, and in JSON to standard output', () => {
    const [stdout, stderr] = [keepText(), keepText()];
    const pipe = { ...stderr, isTTY: false } as unknown as NodeJS.WriteStream;
    const write = stdout.write as NodeJS.WriteStream['write'];
    createTransferReport({ json: false }, { write }, pipe).show(at());
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toMatch(/^small {2}downloading .*\n$/);
    createTransferReport({ json: true }, { write }, pipe).show(at());
    expect(JSON.parse(stdout.text())).toMatchObject({ type: 'progress', name: 'small' });
  });
});

describe('progress on a terminal', () => {
  test('[CM13] is one line of a bar with rate and time left', () => {
    expect(barLine(at(), 100)).toBe(
      `small [${'='.repeat(13)}${' '.repeat(19)}]  42 %  420 kB of 1.0 MB  35.1 MB/s  0:48 left`,
    );
    expect(barLine(at({ step: 'verifying', ratio: 0.95 }), 100)).toMatch(
      /] {2}95 % {2}420 kB of 1.0 MB {2}verifying$/,
    );
  });

  test.each([10, 20, 40, 60, 70, 80, 200])('[CM13] never fills %i columns', (columns) => {
    for (const ratio of [0, 0.42, 1]) {
      const line = barLine(at({ ratio, name: 'a-name-of-some-length' }), columns);
      expect(line.length).toBeLessThan(columns);
    }
  });

  test('[CM13] keeps what is said until the bar has ended, and gives the cursor back', () => {
    const stream = keepText();
    const terminal = { ...stream, isTTY: true, columns: 100 } as unknown as NodeJS.WriteStream;
    const report = createTransferBar(terminal);
    report.note('before');
    report.show(at());
    report.note('meanwhile');
    report.show(at({ ratio: 1, step: 'recorded' }));
    report.settle();
    report.note('after');
    report.settle();
    const text = stream.text();
    expect(text.startsWith('before\n')).toBe(true);
    expect(text.endsWith('meanwhile\nafter\n')).toBe(true);
    expect(text).toContain('100 %  420 kB of 1.0 MB  stored');
    expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
  });
});

describe('numbers of a transfer', () => {
  test.each([
    [0, '0:00'],
    [1, '0:01'],
    [47_200, '0:48'],
    [725_000, '12:05'],
    [3_599_001, '1:00:00'],
    [3_723_000, '1:02:03'],
  ])('[CM24] %i ms are %s', (ms, text) => expect(formatTimeLeft(ms)).toBe(text));

  test('[CM24] the rate is of the last five seconds, and unknown before there is one', () => {
    let nowMs = 0;
    const rateOf = followBytes(() => nowMs);
    expect(rateOf(0, 10_000)).toEqual({ bytesPerSecond: null, remainingMs: null });
    nowMs = 1000;
    expect(rateOf(1000, 10_000)).toEqual({ bytesPerSecond: 1000, remainingMs: 9000 });
    for (nowMs = 2000; nowMs < 8000; nowMs += 1000) rateOf(1000 + (nowMs - 1000) / 10, 10_000);
    expect(rateOf(1000 + 700, 10_000)).toEqual({ bytesPerSecond: 100, remainingMs: 83_000 });
  });
});
