import type { SupervisorContext } from '../../machines/context.ts';
import { decideArrival, recordArrival, type Step, type Submission } from '../../machines/requests.ts';
import { recordInFlight, recordQueued } from '../../policies/admission.ts';
import type { Machine } from './guard-tally.ts';
import { onEvent, type Situation, withSteps } from './mutation.ts';

/** Arrivals that are refused for one reason are taken in by `take` instead. */
export function withArrivals(
  refusal: string,
  take: (context: SupervisorContext, event: Submission) => Step,
): Machine {
  const isTaken = ({ context, event }: Situation) =>
    event.type === 'request.submit' && decideArrival(context, event).verdict.reason === refusal;
  return withSteps({
    recordArrival: onEvent('request.submit', (context, event) =>
      isTaken({ context, event }) ? take(context, event) : recordArrival(context, event),
    ),
  });
}

/** Lets the arrival run. */
export function run(context: SupervisorContext, event: Submission): Step {
  const { generation } = context;
  const { requestId } = event;
  return {
    context: {
      lastArrival: { ...decideArrival(context, event), disposition: 'admitted' },
      running: [...context.running, { requestId, generation, aborting: false }],
      admission: recordInFlight(context.admission),
    },
    effects: [{ type: 'request.run', requestId, generation }],
  };
}

/** Lets the arrival wait. */
export function enqueue(context: SupervisorContext, event: Submission): Step {
  return {
    context: {
      lastArrival: { ...decideArrival(context, event), disposition: 'queued', place: 1 },
      queue: [
        ...context.queue,
        {
          requestId: event.requestId,
          expiresAtMs: event.atMs + context.limits.queueMsMax,
          expiresBy: 'queue',
        },
      ],
      admission: recordQueued(context.admission),
    },
    effects: [],
  };
}
