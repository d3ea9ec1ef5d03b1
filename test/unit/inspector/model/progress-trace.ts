import { decodeTrace, encodeTrace, type ToldRecord } from '../../../doubles/trace-records.ts';
import { readGolden } from '../../../traces/golden-files.ts';

interface Told {
  readonly atMs: number;
  readonly requestId: string;
  readonly step: 'prompting' | 'decoding' | 'held' | 'aborting';
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/**
 * The lines of a run in which two requests tell how far they are: r1 reads its prompt for 0.2 s, writes a first token
 * at 200 ms, 41 by 1,200 ms, is held and goes on; r2 only reads. r1 completes at 2,000 ms.
 */
export function progressLines(): string[] {
  const records = decodeTrace(readGolden('cancel-running'));
  const admitted = records.findIndex(
    ({ e }) => (e as { type?: string } | undefined)?.type === 'request.submit',
  );
  const start = records.slice(0, admitted);
  const submit = records[admitted]!;
  const { facts } = submit['e'] as { readonly facts: object };
  let i = submit['i'] as number;

  const arrive = (requestId: string, inFlight: number, atMs: number): ToldRecord => ({
    i: i++,
    e: { type: 'request.submit', requestId, facts, wait: true, atMs },
    d: {
      admission: { inFlight },
      running: { came: [{ requestId, generation: 1, aborting: false, progress: null }] },
      lastArrival: {
        requestId,
        verdict: { ok: true, reason: 'admitted' },
        facts: { lifecycle: 'ready', suspect: false, inFlight: inFlight - 1, queued: 0, observationAgeMs: 1 },
        disposition: 'admitted',
        place: 0,
      },
    },
    x: [`run ${requestId}`],
  });
  const progress = ({ atMs, requestId, ...told }: Told): ToldRecord => ({
    i: i++,
    e: { type: 'request.progressed', requestId, generation: 1, ...told, atMs },
    d: { running: { came: [{ requestId, generation: 1, aborting: false, progress: told }] } },
  });
  const r1 = { requestId: 'r1', promptTokens: 12 } as const;
  const r2 = { requestId: 'r2', promptTokens: 300 } as const;
  return encodeTrace([
    ...start,
    arrive('r1', 1, 10),
    progress({ ...r1, atMs: 20, step: 'prompting', promptTokens: 0, outputTokens: 0 }),
    arrive('r2', 2, 100),
    progress({ ...r1, atMs: 200, step: 'decoding', outputTokens: 1 }),
    progress({ ...r2, atMs: 300, step: 'prompting', outputTokens: 0 }),
    progress({ ...r1, atMs: 1200, step: 'decoding', outputTokens: 41 }),
    progress({ ...r1, atMs: 1300, step: 'held', outputTokens: 45 }),
    progress({ ...r1, atMs: 1500, step: 'decoding', outputTokens: 45 }),
    progress({ ...r1, atMs: 1990, step: 'decoding', outputTokens: 55 }),
    {
      i: i++,
      e: {
        type: 'request.settled',
        requestId: 'r1',
        outcome: 'completed',
        reason: 'generation_completed',
        generation: 1,
        atMs: 2000,
      },
      d: { admission: { inFlight: 1 }, running: { left: ['r1'] } },
    },
  ]);
}

/** The lines of a golden as an older version would have recorded it: no request told how far it was. */
export function silentLines(name: string): string[] {
  const records = decodeTrace(readGolden(name));
  let i = records[1]!['i'] as number;
  const silent = records
    .filter(({ e }) => (e as { type?: string } | undefined)?.type !== 'request.progressed')
    .map((record) => ('kind' in record ? record : { ...record, i: i++ }));
  return encodeTrace(silent.map((record) => JSON.parse(JSON.stringify(record, leaveProgressOut))));
}

/** Of a request; the progress of a start has another shape. */
const leaveProgressOut = (key: string, value: unknown): unknown =>
  key === 'progress' && typeof value === 'object' && value !== null && 'outputTokens' in value
    ? undefined
    : value;
