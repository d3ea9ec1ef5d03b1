import { describe, expect, test } from '@jest/globals';
import { replay } from '../../../../machines/replay.ts';
import { expectTrace } from '../../../../testing/expect-trace.ts';
import { decodeTrace, encodeTrace } from '../../../doubles/trace-records.ts';
import { listGoldens, readGolden } from '../../../traces/golden-files.ts';
import { goldenModel, indicesOf, linesOf, modelOf } from './fed-models.ts';

describe('an exported trace', () => {
  test.each(listGoldens())('[IM50] %s: replays as the whole did, and reads back to the same', (name) => {
    const model = goldenModel(name);
    const text = model.exportText();
    const { kind, finalState, steps } = replay(readGolden(name)) as {
      kind: string;
      finalState: unknown;
      steps: number;
    };
    expect(replay(text)).toMatchObject({ kind, finalState, steps, complete: true, lost: 0, changes: [] });
    const again = modelOf(linesOf(text));
    expect(indicesOf(again).map(again.log.momentAt)).toEqual(indicesOf(model).map(model.log.momentAt));
    expect(again.exportText()).toBe(text);
  });

  test.each(listGoldens())('[IM51] %s: a part of it replays by itself', (name) => {
    const model = goldenModel(name);
    const { endIndex } = model.log;
    for (const [from, to] of [
      [1, endIndex],
      [Math.floor(endIndex / 3), Math.floor((endIndex * 2) / 3)],
      [endIndex - 1, endIndex],
    ] as const) {
      const text = model.exportText(from, to);
      expect(replay(text)).toMatchObject({
        kind: 'ok',
        steps: to - from,
        finalState: model.log.momentAt(to - 1).after.state,
      });
      expect(decodeTrace(text)[2]).toEqual(model.log.stepAt(from));
    }
  });

  test('[IM52] tells a gap again where steps were lost', () => {
    const records = decodeTrace(readGolden('real-demo'));
    const whole = goldenModel('real-demo');
    const { before, step } = whole.log.momentAt(40);
    const frame = { kind: 'frame', i: step.i, ...before, after: '' };
    const lines = encodeTrace([
      ...records.slice(0, 22),
      { kind: 'gap', lost: 20 },
      frame,
      ...records.slice(42),
    ]);
    const model = modelOf(lines.slice(0, -1));
    const text = model.exportText();
    expect(replay(text)).toMatchObject({ kind: 'ok', lost: 20, finalState: { stopped: 'idle' } });
    expect(decodeTrace(text).filter(({ kind }) => kind === 'gap')).toEqual([{ kind: 'gap', lost: 20 }]);
  });

  test('[IM53] of no step at all holds the state to begin from, and of nothing is empty', () => {
    const model = goldenModel('queue-full');
    expect(replay(model.exportText(5, 5))).toMatchObject({
      kind: 'ok',
      steps: 0,
      finalState: model.log.momentAt(4).after.state,
    });
    expect(modelOf([]).exportText()).toBe('');
    expect(replay(model.exportText(-10, 1e9))).toMatchObject({ kind: 'ok', steps: model.log.endIndex });
  });
});

describe('the text of a test', () => {
  test.each(listGoldens())('[IM54] %s: holds what happened in the trace, in some fifteen lines', (name) => {
    const model = goldenModel(name);
    const text = model.testText(`${name}.jsonl`);
    expect(text.split('\n').length).toBeLessThanOrEqual(25);
    expect(valuesIn(text)).toEqual(storyOf(model.exportText()));
  });

  test('[IM55] of a part holds what happened in that part', () => {
    const model = goldenModel('queue-full');
    const text = model.testText('part.jsonl', 14, 17);
    expect(valuesIn(text)).toEqual(storyOf(model.exportText(14, 17)));
  });

  test('[IM56] tells many outcomes by their number and the last of them', () => {
    const model = goldenModel('real-demo');
    const text = model.testText('demo.jsonl');
    const { outcomes } = expectTrace(model.exportText());
    expect(outcomes.length).toBeGreaterThan(6);
    expect(text).toContain(`toHaveLength(${outcomes.length})`);
    expect(text).toContain(outcomes.at(-1)!.requestId);
  });

  test('[IM57] lets no file name out of its quotes', () => {
    const name = `it's \\ "a" \`trap\` \${1}\u2028\n'); process.exit(1); //</script>.jsonl`;
    const text = goldenModel('queue-full').testText(name);
    const calls: unknown[] = [];
    runTest(text, (path, title) => calls.push([path, title]));
    expect(calls).toEqual([[`./${encodeURIComponent(name)}`, `${name} replays as it was recorded`]]);
  });
});

function storyOf(trace: string) {
  const { states, outcomes, finalState } = expectTrace(trace);
  return outcomes.length > 6
    ? { states, finalState, count: outcomes.length, last: outcomes.at(-1) }
    : { states, outcomes, finalState };
}

/** What a generated test expects, read by running it with doubles in the place of what it imports. */
function valuesIn(text: string): Record<string, unknown> {
  const wanted: Record<string, unknown> = {};
  const story = {
    states: 'states',
    outcomes: { toString: () => 'outcomes', at: () => 'last' },
    finalState: 'finalState',
  };
  runTest(text, () => undefined, {
    story,
    expect: (subject: unknown) => ({
      toReplay: () => undefined,
      toEqual: (value: unknown) => {
        wanted[String(subject)] = value;
      },
      toHaveLength: (count: number) => {
        wanted['count'] = count;
      },
    }),
  });
  return wanted;
}

/** Runs the text of a test, without its imports. */
function runTest(
  text: string,
  told: (path: string, title: string) => void,
  { story, expect: expectation }: { readonly story?: unknown; readonly expect?: unknown } = {},
): void {
  let path = '';
  const body = text
    .split('\n')
    .filter((line) => !line.startsWith('import '))
    .join('\n')
    .replace(', import.meta.url', '');
  const run = new Function('readFileSync', 'URL', 'test', 'expect', 'expectTrace', body);
  run(
    () => '',
    class {
      constructor(given: string) {
        path = given;
      }
    },
    (title: string, act: () => void) => {
      told(path, title);
      if (expectation !== undefined) act();
    },
    expectation,
    () => story,
  );
}
