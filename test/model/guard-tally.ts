import { supervisorMachine } from '../../machines/supervisor.ts';

export type Machine = typeof supervisorMachine;

export interface GuardTally {
  readonly machine: Machine;
  /** For each named guard, how often it said yes and how often no. */
  readonly counts: ReadonlyMap<string, { yes: number; no: number }>;
}

/** The same machine with guards that count their answers. */
export function tallyGuards(machine: Machine = supervisorMachine): GuardTally {
  const counts = new Map<string, { yes: number; no: number }>();
  const guards: Record<string, unknown> = {};
  for (const [name, guard] of Object.entries(machine.implementations.guards ?? {})) {
    const count = { yes: 0, no: 0 };
    counts.set(name, count);
    const decide = guard as unknown as (args: unknown, params: unknown) => boolean;
    guards[name] = (args: unknown, params: unknown) => {
      const verdict = decide(args, params);
      if (verdict) count.yes += 1;
      else count.no += 1;
      return verdict;
    };
  }
  return { machine: machine.provide({ guards: guards as never }) as Machine, counts };
}
