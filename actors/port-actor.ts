import { type EventObject, fromCallback } from 'xstate';

/** What an effect may use while its state lasts. */
export interface PortScope<Fact extends EventObject, Input> {
  /** What the machine told at the entry of the state. */
  readonly input: Input;
  /** Aborted when the state is left. */
  readonly signal: AbortSignal;
  /** Tells the machine a fact; after the state was left it tells nothing. */
  readonly say: (fact: Fact) => void;
}

/**
 * Actor logic for one effect of a chart. The effect speaks Promise; the machine hears facts.
 * A rejection is a fault of our own and is told as `onRejection`, never lost as an unhandled rejection.
 */
export function definePortActor<Fact extends EventObject, Input>(
  effect: (scope: PortScope<Fact, Input>) => Promise<void>,
  onRejection: (input: Input) => Fact,
) {
  return fromCallback<EventObject, Input & {}>(({ sendBack, input }) => {
    const controller = new AbortController();
    const scope: PortScope<Fact, Input> = {
      input,
      signal: controller.signal,
      say: (fact) => {
        if (!controller.signal.aborted) sendBack(fact);
      },
    };
    effect(scope).catch(() => scope.say(onRejection(input)));
    return () => controller.abort();
  });
}
