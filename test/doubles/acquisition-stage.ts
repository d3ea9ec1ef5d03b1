import { createActor, type EventObject, fromCallback } from 'xstate';
import { acquisitionMachine } from '../../machines/acquisition.ts';
import {
  type AcquisitionInput,
  type AcquisitionProgress,
  acquisitionProgressOf,
} from '../../machines/acquisition-context.ts';
import type { AcquisitionEvent, AcquisitionPortInput } from '../../machines/acquisition-events.ts';
import { DEFAULT_LIMITS, type Limits } from '../../policies/limits.ts';
import { createManualClock } from '../../testing/manual-clock.ts';

export interface AcquisitionStageOptions extends Partial<Omit<AcquisitionInput, 'limits'>> {
  readonly limits?: Partial<Limits>;
}

type PortName = 'inspectStore' | 'lockModel' | 'probeSource' | 'streamModel' | 'verifyModel' | 'publishModel';

/** The acquisition chart with silent ports and a clock that a test moves: the test says what the ports would. */
export function stageAcquisition({ limits, ...input }: AcquisitionStageOptions = {}) {
  const clock = createManualClock();
  const entered: [PortName, AcquisitionPortInput][] = [];
  const left: PortName[] = [];
  const port = (name: PortName) =>
    fromCallback<EventObject, AcquisitionPortInput>(({ input: told }) => {
      entered.push([name, told]);
      return () => void left.push(name);
    });
  const machine = acquisitionMachine.provide({
    actors: {
      inspectStore: port('inspectStore'),
      lockModel: port('lockModel'),
      probeSource: port('probeSource'),
      streamModel: port('streamModel'),
      verifyModel: port('verifyModel'),
      publishModel: port('publishModel'),
    },
  });
  const actor = createActor(machine, {
    clock,
    input: {
      plan: { ok: true, reason: 'source_allowed' },
      sizeBytes: 1000,
      mirrors: 1,
      demand: null,
      limits: { ...DEFAULT_LIMITS, backoffJitterRatio: 0, ...limits },
      jitterSeed: 1,
      ...input,
    },
  });
  const told: AcquisitionProgress[] = [];
  actor.subscribe((snapshot) => told.push(acquisitionProgressOf(snapshot)));
  actor.start();

  const step = () => acquisitionProgressOf(actor.getSnapshot()).step;
  const context = () => actor.getSnapshot().context;
  const say = (event: AcquisitionEvent) => actor.send(event);
  const at = () => ({ atMs: clock.nowMs() });
  /** Of the present attempt, unless the test says another. */
  const ofAttempt = (attempt = context().attempt) => ({ attempt, ...at() });
  return {
    actor,
    clock,
    entered,
    left,
    /** Every progress that was told, in order. */
    told,
    step,
    context,
    output: () => actor.getSnapshot().output,
    say,
    found: (found: 'verified' | 'unproved' | 'absent') => say({ type: 'store.inspected', found, ...at() }),
    locked: () => say({ type: 'lock.taken', ...at() }),
    probed: (resumedBytes = 0, attempt?: number) =>
      say({ type: 'source.probed', needs: NEEDS, memory: MEMORY, resumedBytes, ...ofAttempt(attempt) }),
    received: (receivedBytes: number, attempt?: number) =>
      say({ type: 'bytes.received', receivedBytes, ...ofAttempt(attempt) }),
    completed: (attempt?: number) => say({ type: 'transfer.completed', ...ofAttempt(attempt) }),
    fetchFailed: (reason: Extract<AcquisitionEvent, { type: 'fetch.failed' }>['reason'], attempt?: number) =>
      say({ type: 'fetch.failed', reason, ...ofAttempt(attempt) }),
    storeFailed: (reason: Extract<AcquisitionEvent, { type: 'store.failed' }>['reason']) =>
      say({ type: 'store.failed', reason, ...at() }),
    verifiedBytes: (doneBytes: number) => say({ type: 'bytes.verified', doneBytes, ...at() }),
    verified: () => say({ type: 'model.verified', ...at() }),
    refused: (reason: Extract<AcquisitionEvent, { type: 'model.refused' }>['reason']) =>
      say({ type: 'model.refused', reason, ...at() }),
    published: () => say({ type: 'model.published', ...at() }),
  };
}

export type AcquisitionStage = ReturnType<typeof stageAcquisition>;

export const NEEDS = { tensorBytes: 800, kvBytesPerToken: 1, contextTokens: 100 } as const;
export const MEMORY = { memoryBytes: 1000, vramBytes: null } as const;

/** Walks on to the state where the first source is asked. */
export function walkToProbing(stage: AcquisitionStage): AcquisitionStage {
  stage.found('absent');
  stage.locked();
  stage.found('absent');
  return stage;
}

export function walkToStreaming(stage: AcquisitionStage): AcquisitionStage {
  walkToProbing(stage).probed();
  return stage;
}

export function walkToVerifying(stage: AcquisitionStage): AcquisitionStage {
  walkToStreaming(stage).received(1000);
  stage.completed();
  return stage;
}
