import type { Admission } from '../../host/admission.ts';
import type { Supervisor } from '../../host/supervisor.ts';
import type { InvariantId } from './judge.ts';

/** A defect that is planted between the supervisor and its host, and the invariant that has to notice it. */
export interface Plant {
  readonly name: string;
  readonly rule: InvariantId;
  readonly plant: (supervisor: Supervisor) => Supervisor;
}

const admitting =
  (change: (admission: Admission) => Admission) =>
  (supervisor: Supervisor): Supervisor => ({
    ...supervisor,
    submit: (request) => change(supervisor.submit(request)),
  });

type Result = Awaited<Admission['result']>;

const telling = (change: (result: Result) => Result | Promise<Result>) =>
  admitting((admission) =>
    admission.disposition === 'refused' ? admission : { ...admission, result: admission.result.then(change) },
  );

/** Loses the outcome of each request that expires. */
export const loseExpired = telling((result) =>
  result.outcome === 'expired' ? new Promise<never>(() => undefined) : result,
);

/** For a process of its own: within a test, an unhandled rejection is the test's. */
export const rejectUnheard = telling((result) => {
  void Promise.reject(new Error('of nobody'));
  return result;
});

export const PLANTS: readonly Plant[] = [
  { name: 'an outcome is lost', rule: 'SI14', plant: loseExpired },
  {
    name: 'an outcome has a reason of another',
    rule: 'SI5',
    plant: telling((result) => ({ ...result, reason: 'queue_full' })),
  },
  {
    name: 'a text is not what the runtime said',
    rule: 'SI6',
    plant: telling((result) => ({ ...result, text: `${result.text}?` })),
  },
  {
    name: 'a completed text lacks its end',
    rule: 'SI6',
    plant: telling((result) => ({ ...result, text: result.text.slice(0, -1) })),
  },
  {
    name: 'a request lives on past its deadline',
    rule: 'SI7',
    plant: telling((result) => ({ ...result, timings: { ...result.timings, totalMs: 10_000_000 } })),
  },
  {
    name: 'a request is let in by a supervisor that is stopped',
    rule: 'SI4',
    plant: admitting((admission) =>
      admission.verdict.reason === 'lifecycle_stopped'
        ? { ...admission, disposition: 'admitted', tokens: { [Symbol.asyncIterator]: noTokens } }
        : admission,
    ),
  },
  {
    name: 'something is printed',
    rule: 'SI12',
    plant: telling((result) => {
      process.stdout.write('heard');
      return result;
    }),
  },
  {
    name: 'a stop rejects',
    rule: 'SI15',
    plant: (supervisor) => ({ ...supervisor, stop: () => Promise.reject(new Error('not now')) }),
  },
  {
    name: 'a drain never ends',
    rule: 'SI14',
    plant: (supervisor) => ({ ...supervisor, drain: () => new Promise(() => undefined) }),
  },
  {
    name: 'a trace is not of what happened',
    rule: 'SI13',
    plant: (supervisor) => ({
      ...supervisor,
      trace: () => supervisor.trace().replace('"atMs":', '"atMs":1'),
    }),
  },
];

async function* noTokens() {
  yield* [];
}
