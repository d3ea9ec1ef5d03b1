import type { Act, Plan } from './plan.ts';

/** Plans that once broke an invariant, shrunk, each with what it was. They are run again with every batch. */
export const REGRESSIONS: readonly { readonly was: string; readonly plan: Plan }[] = [
  {
    was: 'a request that gets its slot at the very end of its life is given one more millisecond',
    plan: {
      seed: 1005,
      hours: 0.02,
      download: null,
      limits: { maxInFlight: 1, queueMsMax: 30_000, requestMsMax: 30_000 },
      faults: [{ kind: 'runtime.endless', atMs: 0, forMs: 60_000, at: 0 }],
      acts: [{ do: 'start', atMs: 0 }, ask(20_000), ask(20_000)],
    },
  },
  {
    was: 'a host that acted on after the end started what the last drain had stopped',
    plan: {
      seed: 74,
      hours: 0.01,
      download: null,
      limits: { observeEveryMs: 1_000, observationAgeMsMax: 3_000 },
      faults: [],
      acts: [
        { do: 'start', atMs: 0 },
        { do: 'start', atMs: 70_000 },
      ],
    },
  },
  {
    was: 'after a header that was refused no other mirror could be asked: the file that held it took nothing more',
    plan: {
      seed: 40,
      hours: 0.02,
      download: { mirrors: 1 },
      limits: { fetchFailuresMax: 1, transferStallMsMax: 3_000 },
      faults: [
        { kind: 'net.wrong-bytes', atMs: 0, forMs: 60_000, at: 0 },
        { kind: 'net.stalls', atMs: 0, forMs: 60_000, at: 2 },
      ],
      acts: [{ do: 'start', atMs: 0 }],
    },
  },
];

function ask(atMs: number): Act {
  return {
    do: 'ask',
    atMs,
    tokens: 5,
    promptWords: 1,
    reader: 'fast',
    cancelAfterMs: null,
    by: 'call',
    deadlineMs: null,
    wait: true,
    inside: false,
  };
}
