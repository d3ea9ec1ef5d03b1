import { createActor, type InspectionEvent } from 'xstate';
import { acquisitionMachine } from '../machines/acquisition.ts';
import {
  type AcquisitionInput,
  type AcquisitionOutput,
  type AcquisitionProgress,
  acquisitionProgressOf,
} from '../machines/acquisition-context.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { defineAcquisitionPorts } from './acquisition-ports.ts';
import { type AcquisitionServices, createAcquisitionSession } from './acquisition-session.ts';

export interface AcquisitionRun extends AcquisitionServices {
  readonly input: AcquisitionInput;
  readonly signal: CancelSignal;
  readonly onProgress: (progress: AcquisitionProgress) => void;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
}

/**
 * Brings a model here, from the plan to the record, as an actor of its own. It has let go of everything it held when
 * it answers: after an abort with `start_superseded`. Never rejects.
 */
export async function runAcquisition(run: AcquisitionRun): Promise<AcquisitionOutput> {
  const { input, clock, signal, onProgress, inspect } = run;
  const session = createAcquisitionSession(run);
  if (input.plan.ok && !signal.aborted) session.lookAhead();
  const machine = acquisitionMachine.provide({ actors: defineAcquisitionPorts(run, session) });
  const actor = createActor(machine, { id: 'acquisition', input, clock, ...(inspect && { inspect }) });

  let onAbort = () => {};
  const ended = new Promise<AcquisitionOutput>((resolve) => {
    onAbort = () => resolve(failed('start_superseded'));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    actor.subscribe({
      next: (snapshot) => onProgress(acquisitionProgressOf(snapshot)),
      complete: () => resolve(actor.getSnapshot().output ?? failed('internal_error')),
      error: () => resolve(failed('internal_error')),
    });
    actor.start();
  });
  const output = await ended;
  signal.removeEventListener('abort', onAbort);
  actor.stop();
  await session.close();
  return output;

  function failed(reason: 'start_superseded' | 'internal_error'): AcquisitionOutput {
    return { ok: false, reason, attempts: actor.getSnapshot().context.attempt };
  }
}
