import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { replay, replayAll, replayFile } from '../../../index.ts';
import { usedHeapBytes } from '../../doubles/heap.ts';
import { readGolden } from '../../traces/golden-files.ts';

const MIB = 2 ** 20;
const golden = readGolden('queue-full');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

/** A file that begins with a text and goes on with zeros, without taking up the disk. */
async function putSparse(name: string, text: string, sizeBytes: number): Promise<string> {
  const path = await put(name, text);
  const file = await open(path, 'r+');
  await file.truncate(sizeBytes);
  await file.close();
  return path;
}

describe('a trace file', () => {
  test('[CX12] replays as its text does', async () => {
    expect(await replayFile(await put('ok.jsonl', golden))).toEqual(replay(golden));
  });

  test('[CX12] replays with the line ends of another system', async () => {
    const foreign = golden.replaceAll('\n', '\r\n');
    expect(await replayFile(await put('foreign.jsonl', foreign))).toEqual(replay(golden));
    expect(replay(foreign)).toEqual(replay(golden));
  });

  test.each<[string, string | Uint8Array, object]>([
    ['nothing in it', '', { kind: 'corrupt', line: 1, why: 'empty' }],
    ['a gzip file', gzipSync(golden), { kind: 'corrupt', line: 1, why: 'compressed' }],
    ['a file that is no text', new Uint8Array([0, 255, 10, 254]), { kind: 'corrupt', line: 1 }],
    ['a last line that was cut off', golden.slice(0, -9), { kind: 'corrupt', why: 'truncated' }],
  ])('[CX13] with %s is corrupt, with line and reason', async (_what, content, expected) => {
    expect(await replayFile(await put('bad.jsonl', content))).toMatchObject(expected);
  });

  test('[CX13] that is not there, or is a folder, is corrupt', async () => {
    for (const path of [join(folder, 'no.jsonl'), folder]) {
      expect(await replayFile(path)).toEqual({ kind: 'corrupt', line: 1, why: 'unreadable', steps: 0 });
    }
  });

  test.each([
    ['at the start', '', 1],
    ['behind a whole trace', golden, golden.trimEnd().split('\n').length + 1],
  ])(
    '[CX14] with a line of 64 MiB %s is corrupt as too long, at a cost of less than 40 MiB',
    async (_where, before, line) => {
      const path = await putSparse('long.jsonl', before, 64 * MIB);
      const heapBefore = usedHeapBytes();
      let peakBytes = 0;
      const watch = setInterval(() => {
        peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed);
      }, 1);
      const result = await replayFile(path);
      clearInterval(watch);
      expect(result).toMatchObject({ kind: 'corrupt', why: 'too_long', line });
      expect(peakBytes - heapBefore).toBeLessThan(40 * MIB);
    },
  );
});

describe('a folder of traces', () => {
  test('[CX15] replays each *.jsonl in the order of their names, damaged ones among them', async () => {
    const traces = await mkdtemp(join(folder, 'all-'));
    await writeFile(join(traces, 'b.jsonl'), golden);
    await writeFile(join(traces, 'a.jsonl'), golden.slice(0, 50));
    await writeFile(join(traces, 'notes.txt'), 'no trace');
    const replayed = await replayAll(traces);
    expect(replayed.map(({ file, result }) => [file, result.kind])).toEqual([
      ['a.jsonl', 'corrupt'],
      ['b.jsonl', 'ok'],
    ]);
    expect(await replayAll(join(folder, 'nowhere'))).toEqual([]);
  });
});
