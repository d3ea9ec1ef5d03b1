import { describe, expect, test } from '@jest/globals';
import { runFile } from '../doubles/child-process.ts';
import { decodeTrace, encodeTrace, type ToldRecord } from '../doubles/trace-records.ts';
import { hashGoldens, readGolden } from '../traces/golden-files.ts';
import { compareTraces, isSameStory } from '../traces/trace-difference.ts';

const golden = readGolden('queue-full');
const SAME = { header: [], steps: [], states: [], effects: [], verdicts: [], values: [] };

/** The golden with its records edited. */
const edited = (edit: (records: ToldRecord[]) => readonly ToldRecord[]): string =>
  encodeTrace(edit(decodeTrace(golden))).join('\n');
const eventOf = ({ e }: ToldRecord) => (e as { type?: string } | undefined)?.type;
/** The golden with something of its first step of a type replaced. */
const withStep = (type: string, change: (record: ToldRecord) => object): string =>
  edited((records) => {
    const at = records.findIndex((record) => eventOf(record) === type);
    return records.map((record, i) => (i === at ? { ...record, ...change(record) } : record));
  });

describe('the difference of two traces', () => {
  test('[GT12] is nothing where they are the same', () => {
    expect(compareTraces(golden, golden)).toEqual(SAME);
    expect(isSameStory(compareTraces(golden, golden))).toBe(true);
  });

  test('[GT12] names the fields of the header that are other', () => {
    const newer = edited(([header, ...rest]) => [{ ...header, chart: '0'.repeat(16) }, ...rest]);
    expect(compareTraces(golden, newer)).toEqual({ ...SAME, header: ['chart'] });
  });

  test('[GT13] names steps that only one of them has, and aligns the others', () => {
    const without = edited((records) => records.filter((record) => eventOf(record) !== 'model.loaded'));
    const removed = compareTraces(golden, without);
    expect(removed).toMatchObject({ steps: ['-model.loaded'], effects: [], verdicts: [] });
    expect(removed.states).toEqual([]);
    expect(compareTraces(without, golden).steps).toEqual(['+model.loaded']);
    expect(isSameStory(removed)).toBe(false);
  });

  test('[GT13] leaves out samples and progress that changed nothing', () => {
    const without = edited((records) =>
      records.filter(
        (record) =>
          !['start.progressed', 'request.progressed', 'resources.sampled'].includes(eventOf(record) ?? '') ||
          's' in record,
      ),
    );
    expect(compareTraces(golden, without)).toEqual(SAME);
  });

  test('[GT14] names states, effects and verdicts that are other, with both', () => {
    const moved = compareTraces(
      golden,
      withStep('model.acquired', () => ({ s: { starting: 'probing' } })),
    );
    expect(moved.states).toEqual(['model.acquired: {"starting":"loading"} → {"starting":"probing"}']);

    const silent = compareTraces(
      golden,
      withStep('request.submit', () => ({ x: undefined })),
    );
    expect(silent).toEqual({ ...SAME, effects: ['request.submit: run r1 → nothing'] });

    const refused = compareTraces(
      golden,
      withStep('request.submit', ({ d }) => {
        const { lastArrival } = d as { lastArrival: object };
        const verdict = { ok: false, reason: 'cpu_exceeded' };
        return { d: { ...(d as object), lastArrival: { ...lastArrival, disposition: 'refused', verdict } } };
      }),
    );
    expect(refused.verdicts).toEqual(['request.submit: r1 admitted admitted → r1 cpu_exceeded refused']);
  });

  test('[GT14] takes other times and readings for the same story', () => {
    const later = compareTraces(
      golden,
      withStep('model.loaded', ({ d }) => ({ d: { ...(d as object), nowMs: 77 } })),
    );
    expect(later).toEqual({ ...SAME, values: ['nowMs'] });
    expect(isSameStory(later)).toBe(true);
  });
});

test('[GT15] the command that records goldens anew writes none without a note', async () => {
  const before = hashGoldens();
  const { code, stderr } = await runFile('scripts/record-goldens.ts', ['--write']);
  expect(code).toBe(2);
  expect(stderr).toContain('--note');
  expect(hashGoldens()).toBe(before);
}, 30_000);
