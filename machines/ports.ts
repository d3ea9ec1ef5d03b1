import { type EventObject, fromCallback } from 'xstate';
import type { LedgerCommand, SupervisorFact } from './events.ts';

/** What a port is told when its state is entered. */
export interface PortInput {
  readonly generation: number;
}

/**
 * A port is a typed hole in a machine. Until an actor fills it, it refuses: a machine that was never provided
 * with a runtime fails its start with `port_unprovided` instead of hanging or pretending.
 */
function unprovided(refusal: (input: PortInput) => SupervisorFact) {
  return fromCallback<EventObject, PortInput>(({ sendBack, input }) => sendBack(refusal(input)));
}

const refuseStart = ({ generation }: PortInput): SupervisorFact => ({
  type: 'start.refused',
  generation,
  reason: 'port_unprovided',
  atMs: 0,
});

/** Takes no events and says nothing. */
const silent = fromCallback<EventObject, PortInput>(() => undefined);

export const supervisorPorts = {
  /**
   * Brings the model here and proves its file. Says `start.progressed` or `acquisition.progressed`, then
   * `model.acquired` or `start.refused`.
   */
  acquireModel: unprovided(refuseStart),
  /** Warms up the native library beside `acquiring`. Says nothing, or `start.refused`. */
  prepareRuntime: silent,
  /** Loads the proved file. Says `start.progressed`, then `model.loaded` or `start.refused`. */
  loadModel: unprovided(refuseStart),
  /** Decodes one real token. Says `runtime.probed`. */
  probeRuntime: unprovided(({ generation }) => ({
    type: 'runtime.probed',
    generation,
    verdict: { ok: false, reason: 'port_unprovided' },
    atMs: 0,
  })),
  /** Frees everything of a generation, whatever became of it. Says `runtime.released`. */
  releaseRuntime: unprovided(({ generation }) => ({ type: 'runtime.released', generation, atMs: 0 })),
  /** Says `resources.sampled`, again and again. */
  observeResources: silent,
  /** Says `backpressure.changed` whenever the number of readers that hold their generation changes. */
  observeBackpressure: silent,
  /** Runs, aborts and concludes requests. Says `request.settled`. */
  requestLedger: fromCallback<LedgerCommand, PortInput>(({ sendBack, receive }) => {
    receive((command) => {
      if (command.type !== 'request.run') return;
      const { requestId, generation } = command;
      sendBack({
        type: 'request.settled',
        requestId,
        generation,
        outcome: 'failed',
        reason: 'port_unprovided',
        atMs: 0,
      } satisfies SupervisorFact);
    });
  }),
};
