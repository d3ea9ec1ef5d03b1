import type { SupervisorContext, SupervisorInput } from '../../machines/context.ts';
import type { LedgerCommand, StartPhase, SupervisorEvent } from '../../machines/events.ts';
import {
  createPureStepper,
  type IntendedAction,
  type SupervisorSnapshot,
} from '../../machines/pure-stepper.ts';
import type { supervisorMachine } from '../../machines/supervisor.ts';
import { type Renaming, textOfCanonical, toCanonical } from './canonical.ts';
import type { ToldEvent } from './told-events.ts';

/** A state of the machine: one for all snapshots that behave alike. */
export interface MachineState {
  readonly ordinal: number;
  readonly snapshot: SupervisorSnapshot;
  /** Paths of the active leaf states, as `ready.health.suspect`. */
  readonly leaves: readonly string[];
  /** Name of the public state, as the chart has it. */
  readonly phase: string;
  readonly steps: Map<ToldEvent, MachineStep>;
}

export type Effect =
  | { readonly kind: 'enter'; readonly port: string; readonly generation: number }
  | { readonly kind: 'leave'; readonly port: string }
  | {
      readonly kind: 'arm';
      readonly timer: string;
      readonly phase: StartPhase | null;
      readonly delayMs: number;
    }
  | { readonly kind: 'disarm'; readonly timer: string }
  | { readonly kind: 'order'; readonly command: LedgerCommand };

/** What the machine does with an event: a pure function of both, so it is asked once. */
export interface MachineStep {
  readonly before: MachineState;
  readonly event: ToldEvent;
  /** What the step tells the host, and the canonical state leaves out. */
  readonly told: Told;
  readonly effects: readonly Effect[];
  readonly after: MachineState;
  readonly renaming: Renaming;
}

export type Told = Pick<SupervisorContext, 'lastArrival' | 'lastRestart' | 'fault' | 'afterDrain'>;

export interface MachineSteps {
  readonly initial: (input: SupervisorInput) => MachineStep;
  readonly step: (state: MachineState, event: ToldEvent) => MachineStep;
  readonly states: () => readonly MachineState[];
}

const NO_EFFECTS: readonly Effect[] = [];

/** The machine as a table that fills itself: states by what they are, steps by state and event. */
export function createMachineSteps(machine: typeof supervisorMachine): MachineSteps {
  const stepper = createPureStepper(machine);
  const states = new Map<string, MachineState>();

  const intern = (snapshot: SupervisorSnapshot): MachineState => {
    const text = textOfCanonical(snapshot);
    const known = states.get(text);
    if (known !== undefined) return known;
    const state = {
      ordinal: states.size,
      snapshot,
      leaves: leavesOf(snapshot.value),
      phase: phaseOf(snapshot.value),
      steps: new Map(),
    };
    states.set(text, state);
    return state;
  };

  const settle = (before: MachineState | null, event: ToldEvent, raw: SupervisorSnapshot): MachineStep => {
    const intended = stepper.effects();
    const effects = intended.length === 0 ? NO_EFFECTS : intended.flatMap(readEffect);
    const { snapshot, renaming } = toCanonical(raw);
    const after = intern(snapshot);
    const { lastArrival, lastRestart, fault, afterDrain } = raw.context;
    const told = { lastArrival, lastRestart, fault, afterDrain };
    return { before: before ?? after, event, told, effects, after, renaming };
  };

  return {
    initial: (input) => settle(null, { type: 'xstate.init' }, stepper.initial(input)),
    step: (state, event) => {
      const known = state.steps.get(event);
      if (known !== undefined) return known;
      const step = settle(state, event, stepper.step(state.snapshot, event as SupervisorEvent));
      state.steps.set(event, step);
      return step;
    },
    states: () => [...states.values()],
  };
}

export function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [`${path}${value}`];
  return Object.entries(value as object).flatMap(([key, inner]) => leavesOf(inner, `${path}${key}.`));
}

const phaseOf = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys(value as object)[0] ?? '');

export function readEffect({ type, params }: IntendedAction): Effect[] {
  const facts = (params ?? {}) as {
    id?: string;
    sendId?: string;
    delay?: number;
    event?: { type: string; phase?: StartPhase };
    input?: { generation: number };
  };
  switch (type) {
    case 'xstate.spawnChild':
      return [{ kind: 'enter', port: facts.id ?? '', generation: facts.input?.generation ?? Number.NaN }];
    case 'xstate.stopChild':
      return [{ kind: 'leave', port: facts.id ?? '' }];
    case 'xstate.raise':
      return [
        {
          kind: 'arm',
          timer: facts.id ?? '',
          phase: facts.event?.phase ?? null,
          delayMs: facts.delay ?? Number.NaN,
        },
      ];
    case 'xstate.cancel':
      return [{ kind: 'disarm', timer: facts.sendId ?? '' }];
    case 'xstate.sendTo':
      return [{ kind: 'order', command: facts.event as unknown as LedgerCommand }];
    default:
      return [];
  }
}
