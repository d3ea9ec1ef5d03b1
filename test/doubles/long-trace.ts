import { readGolden } from '../traces/golden-files.ts';
import { decodeTrace, encodeTrace } from './trace-records.ts';

/** Requests that one round of a long trace submits and settles. */
const ROUND_STEPS = 4;

/**
 * The lines of a trace of so many steps: a start as a golden has it, and then rounds of a sample, a request that is
 * let in, one that is cancelled too late, and the end of the first. Each is 10 ms later than the one before.
 */
export function longLines(count: number): string[] {
  const records = decodeTrace(readGolden('queue-and-dispatch'));
  const steps = records.filter((record) => !('kind' in record));
  const submit = steps.find(({ e }) => (e as { type: string }).type === 'request.submit')!;
  const begun = steps.slice(0, steps.indexOf(submit));
  const sample = begun.findLast(({ e }) => (e as { type: string }).type === 'resources.sampled')!;
  const { sample: seen } = sample['e'] as { readonly sample: object };
  const { lastArrival } = submit['d'] as { readonly lastArrival: object };
  const first = steps[0]!['i'] as number;

  const rounds = Array.from({ length: Math.max(0, count - begun.length) }, (_, place) => {
    const i = first + begun.length + place;
    const atMs = (begun.length + place) * 10;
    const requestId = `r${Math.floor(place / ROUND_STEPS) + 1}`;
    switch (place % ROUND_STEPS) {
      case 0:
        return {
          i,
          e: { type: 'resources.sampled', sample: { ...seen, atMs, cpuLoadRatio: (place % 90) / 100 }, atMs },
          d: { observation: '@sample' },
        };
      case 1:
        return {
          i,
          e: { ...(submit['e'] as object), requestId, atMs },
          d: {
            admission: { inFlight: 1 },
            running: { came: [{ requestId, generation: 1, aborting: false }] },
            lastArrival: { ...lastArrival, requestId },
          },
          x: [`run ${requestId}`],
        };
      case 2:
        return { i, e: { type: 'request.cancel', requestId: 'r999999', atMs }, d: {} };
      default:
        return {
          i,
          e: {
            type: 'request.settled',
            requestId,
            outcome: 'completed',
            reason: 'generation_completed',
            generation: 1,
            atMs,
          },
          d: { admission: { inFlight: 0 }, running: { left: [requestId] } },
        };
    }
  });
  return encodeTrace([records[0], records[1], ...begun, ...rounds].slice(0, count + 2));
}
