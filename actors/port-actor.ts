import { type EventObject, fromCallback } from 'xstate';
import type { SupervisorFact } from '../machines/events.ts';
import type { PortInput } from '../machines/ports.ts';

/** What an effect may use while its state lasts. */
export interface PortScope {
  readonly generation: number;
  /** Aborted when the state is left. */
  readonly signal: AbortSignal;
  /** Tells the machine a fact; after the state was left it tells nothing. */
  readonly say: (fact: SupervisorFact) => void;
}

/**
 * Actor logic for one effect of the supervisor chart. The effect speaks Promise; the machine hears facts.
 * A rejection is a fault of our own and is told as `onRejection`, never lost as an unhandled rejection.
 */
export function definePortActor(
  effect: (scope: PortScope) => Promise<void>,
  onRejection: (scope: PortScope) => SupervisorFact,
) {
  return fromCallback<EventObject, PortInput>(({ sendBack, input }) => {
    const controller = new AbortController();
    const scope: PortScope = {
      generation: input.generation,
      signal: controller.signal,
      say: (fact) => {
        if (!controller.signal.aborted) sendBack(fact);
      },
    };
    effect(scope).catch(() => scope.say(onRejection(scope)));
    return () => controller.abort();
  });
}
