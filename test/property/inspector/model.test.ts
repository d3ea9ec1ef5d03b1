import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InspectorModel } from '../../../inspector/model/inspector-model.ts';
import { createTraceLog } from '../../../inspector/model/trace-log.ts';
import { createReplay, replay } from '../../../machines/replay.ts';
import { make, move } from '../../doubles/chart-moves.ts';
import { stageChart } from '../../doubles/chart-stage.ts';
import { decodeTrace, encodeTrace } from '../../doubles/trace-records.ts';
import { listGoldens, readGolden } from '../../traces/golden-files.ts';
import { indicesOf, linesOf, modelOf } from '../../unit/inspector/model/fed-models.ts';

const LIMITS = { maxInFlight: 2, queueBound: 3, queueMsMax: 500, probeMsMax: 800 };
const golden = fc.constantFrom(...listGoldens());

/** Everything that the page shows of one step. */
function viewsAt(model: InspectorModel, index: number) {
  return {
    moment: model.log.momentAt(index),
    row: model.rowAt(index),
    details: model.detailsAt(index),
    active: model.activeAt(index),
    taken: model.takenAt(index),
    timeline: model.timelineAt(index),
    requests: model.requestsAt(index),
    gauges: model.gaugesAt(index),
    download: model.downloadAt(index),
    series: model.seriesAt(index),
    actors: model.actorsAt(index),
    text: model.exportText(undefined, index + 1),
  };
}

/** The lines up to and with a step. */
function linesUpTo(lines: readonly string[], step: number): string[] {
  const at = lines.findIndex(
    (line) => (JSON.parse(line) as { i?: number; kind?: string }).i === step && !line.includes('"kind":'),
  );
  return lines.slice(0, at + 1);
}

describe('a model of a trace', () => {
  test('[IM60] shows at a step what a model shows that was fed no further', () => {
    fc.assert(
      fc.property(golden, fc.nat(), fc.nat(), (name, at, asked) => {
        const lines = linesOf(readGolden(name));
        const whole = modelOf(lines);
        const indices = indicesOf(whole);
        const index = indices[at % indices.length]!;
        // Whatever was looked at before.
        viewsAt(whole, indices[asked % indices.length]!);
        const cut = modelOf(linesUpTo(lines, whole.log.stepAt(index).i));
        expect(cut.log.endIndex).toBe(index + 1);
        expect(viewsAt(whole, index)).toEqual(viewsAt(cut, index));
      }),
      { numRuns: 300 },
    );
  });

  test('[IM61] folds any run of the machine to what the machine had', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        const stage = stageChart(LIMITS);
        for (const step of moves) await make(stage, step);
        const { log, feed } = createTraceLog();
        let index = 0;
        const run = createReplay({
          onStep: (_step, { value, context }) => {
            const { limits: _limits, resourceLimits: _resourceLimits, ...kept } = context;
            expect(log.momentAt(index).after).toEqual({ state: value, context: kept });
            index += 1;
          },
        });
        for (const line of linesOf(stage.recorder.dump())) {
          expect(feed(line)).toBeNull();
          expect(run.feed(line)).toBeNull();
        }
        expect(index).toBe(log.endIndex);
      }),
      { numRuns: 200 },
    );
  });

  test('[IM62] any part of any run is exported so that it replays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 5, maxLength: 40 }),
        fc.nat(),
        fc.nat(),
        async (moves, a, b) => {
          const stage = stageChart(LIMITS);
          for (const step of moves) await make(stage, step);
          const model = modelOf(linesOf(stage.recorder.dump()));
          const [from = 0, to = 0] = [a, b].map((n) => n % (model.log.endIndex + 1)).sort((x, y) => x - y);
          expect(replay(model.exportText(from, to))).toMatchObject({
            kind: 'ok',
            complete: true,
            steps: to - from,
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  test('[IM63] no line at all makes it throw, nor any view of what it holds then', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(golden, fc.nat(), fc.array(fc.string()), json, (name, where, path, junk) => {
        const records = decodeTrace(readGolden(name)) as Record<string, unknown>[];
        const target = records[where % records.length]!;
        replaceSome(target, where, path.length, junk);
        const model = modelOfAny(encodeTrace(records));
        for (const index of indicesOf(model)) viewsAt(model, index);
        model.filterRows({ kinds: new Set(), text: 'x', requestId: null });
        expect(typeof model.testText('x.jsonl')).toBe('string');
      }),
      { numRuns: 300 },
    );
  });

  test('[IM64] any text is told as a problem, and nothing is shown of it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        const model = modelOfAny(lines);
        expect(model.log.endIndex).toBe(0);
        expect(model.exportText()).toBe('');
      }),
      { numRuns: 200 },
    );
  });
});

function modelOfAny(lines: readonly string[]): InspectorModel {
  const model = modelOf([]);
  for (const line of lines) model.feed(line);
  return model;
}

/** Puts junk in the place of one part of a record, somewhere in its tree. */
function replaceSome(record: Record<string, unknown>, where: number, depth: number, junk: unknown): void {
  let tree = record;
  for (let level = 0; ; level += 1) {
    const keys = Object.keys(tree);
    const key = keys[where % keys.length];
    if (key === undefined) return;
    const inner = tree[key];
    if (level >= depth || typeof inner !== 'object' || inner === null) {
      tree[key] = junk;
      return;
    }
    tree = inner as Record<string, unknown>;
  }
}
