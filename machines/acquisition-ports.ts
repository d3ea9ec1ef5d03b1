import { type EventObject, fromCallback } from 'xstate';
import type { AcquisitionEvent, AcquisitionPortInput } from './acquisition-events.ts';

/** Until an actor fills a port, it refuses: nothing hangs, and nothing pretends. */
function unprovided(refusal: (input: AcquisitionPortInput) => AcquisitionEvent) {
  return fromCallback<EventObject, AcquisitionPortInput>(({ sendBack, input }) => sendBack(refusal(input)));
}

const refuseStore = (): AcquisitionEvent => ({ type: 'store.failed', reason: 'port_unprovided', atMs: 0 });

const refuseFetch = ({ attempt }: AcquisitionPortInput): AcquisitionEvent => ({
  type: 'fetch.failed',
  attempt,
  reason: 'port_unprovided',
  atMs: 0,
});

/** The typed holes of the acquisition chart. Each may say `store.failed` in place of what it is there for. */
export const acquisitionPorts = {
  /** Asks the store whether the model is here. Says `store.inspected`. */
  inspectStore: unprovided(refuseStore),
  /** Takes the lock of the model, which then is held until the acquisition ends. Says `lock.waited`, then `lock.taken`. */
  lockModel: unprovided(refuseStore),
  /** Brings the header of the model. Says `bytes.received`, then `source.probed` or `fetch.failed`. */
  probeSource: unprovided(refuseFetch),
  /** Brings the rest of the file. Says `bytes.received`, then `transfer.completed` or `fetch.failed`. */
  streamModel: unprovided(refuseFetch),
  /** Reads the file back and judges it. Says `bytes.verified`, then `model.verified` or `model.refused`. */
  verifyModel: unprovided(refuseStore),
  /** Gives the proved file its name. Says `model.published`. */
  publishModel: unprovided(refuseStore),
};
