import { assign, type EventObject, fromCallback, sendTo, setup } from 'xstate';
import type { Limits } from '../policies/limits.ts';
import type { Reason } from '../policies/reasons.ts';
import type { Outcome } from './events.ts';

export interface RequestInput {
  readonly requestId: string;
  readonly generation: number;
  /** What is left of the request's life, in ms. */
  readonly lifeMs: number;
  readonly limits: Limits;
}

export interface RequestContext extends RequestInput {
  readonly outcome: Outcome;
  readonly reason: Reason;
}

export type RequestOutput = Pick<RequestContext, 'requestId' | 'generation' | 'outcome' | 'reason'>;

export type RequestEvent =
  /** A piece of the prompt was evaluated. */
  | { readonly type: 'prompt.advanced' }
  /** Tokens came: told at the first, and then now and then, so that the chart sees life without a step a token. */
  | { readonly type: 'token.decoded' }
  /** The reader lets a full buffer stand, and holds its own generation. */
  | { readonly type: 'reader.held' }
  | { readonly type: 'reader.flowing' }
  /** The runtime gave the sequence back. */
  | { readonly type: 'generation.ended'; readonly outcome: Outcome; readonly reason: Reason }
  /** The caller, a deadline or the supervisor wants it to end. */
  | { readonly type: 'request.abort'; readonly outcome: Outcome; readonly reason: Reason };

/** What the `generate` port is told when the request must end. */
export type GenerateCommand = { readonly type: 'generation.abort' };

export interface GenerateInput {
  readonly requestId: string;
  readonly generation: number;
}

/**
 * The life of one running request. Tokens do not pass through here; only signs of life do.
 *
 * Whoever waits has a deadline: the prompt for its next piece, the decoding for its next token, a full buffer for
 * its reader, an abort for the runtime, and all of them together for the request's life.
 */
export const requestMachine = setup({
  types: {
    input: {} as RequestInput,
    context: {} as RequestContext,
    events: {} as RequestEvent,
    output: {} as RequestOutput,
  },
  actors: {
    generate: fromCallback<GenerateCommand, GenerateInput, EventObject>(({ sendBack }) =>
      sendBack({ type: 'generation.ended', outcome: 'failed', reason: 'port_unprovided' }),
    ),
  },
  delays: {
    lifeDeadline: ({ context }) => context.lifeMs,
    firstTokenDeadline: ({ context }) => context.limits.firstTokenMsMax,
    stallDeadline: ({ context }) => context.limits.stallMsMax,
    readerDeadline: ({ context }) => context.limits.readerMsMax,
    abortDeadline: ({ context }) => context.limits.abortMsMax,
  },
  actions: {
    conclude: assign((_, { outcome, reason }: { outcome: Outcome; reason: Reason }) => ({ outcome, reason })),
    concludeAsTold: assign(({ event }) =>
      event.type === 'generation.ended' || event.type === 'request.abort'
        ? { outcome: event.outcome, reason: event.reason }
        : {},
    ),
    tellAbort: sendTo('generate', { type: 'generation.abort' }),
  },
}).createMachine({
  id: 'request',
  options: { maxIterations: 100 },
  context: ({ input }) => ({ ...input, outcome: 'failed', reason: 'internal_error' }),
  invoke: {
    src: 'generate',
    id: 'generate',
    input: ({ context }) => ({ requestId: context.requestId, generation: context.generation }),
    onError: {
      target: '.settled',
      actions: { type: 'conclude', params: { outcome: 'failed', reason: 'internal_error' } },
    },
  },
  initial: 'active',
  states: {
    active: {
      initial: 'prompting',
      on: {
        'generation.ended': { target: 'settled', actions: 'concludeAsTold' },
        'request.abort': { target: 'aborting', actions: 'concludeAsTold' },
      },
      after: {
        lifeDeadline: {
          target: 'aborting',
          actions: { type: 'conclude', params: { outcome: 'expired', reason: 'request_deadline_exceeded' } },
        },
      },
      states: {
        prompting: {
          description: 'The prompt is evaluated, piece by piece.',
          on: {
            'prompt.advanced': { target: 'prompting', reenter: true },
            'token.decoded': 'decoding',
            'reader.held': 'held',
          },
          after: {
            firstTokenDeadline: {
              target: '#request.aborting',
              actions: {
                type: 'conclude',
                params: { outcome: 'expired', reason: 'first_token_deadline_exceeded' },
              },
            },
          },
        },
        decoding: {
          description: 'Tokens come.',
          on: {
            'token.decoded': { target: 'decoding', reenter: true },
            'reader.held': 'held',
          },
          after: {
            stallDeadline: {
              target: '#request.aborting',
              actions: {
                type: 'conclude',
                params: { outcome: 'expired', reason: 'stall_deadline_exceeded' },
              },
            },
          },
        },
        held: {
          description: 'The reader is behind: its generation waits for it.',
          on: { 'reader.flowing': 'decoding' },
          after: {
            readerDeadline: {
              target: '#request.aborting',
              actions: {
                type: 'conclude',
                params: { outcome: 'expired', reason: 'reader_deadline_exceeded' },
              },
            },
          },
        },
      },
    },
    aborting: {
      description: 'The outcome stands; the sequence is not back yet.',
      entry: 'tellAbort',
      on: { 'generation.ended': 'settled' },
      after: {
        abortDeadline: {
          target: 'settled',
          actions: { type: 'conclude', params: { outcome: 'failed', reason: 'abandoned_by_runtime' } },
        },
      },
    },
    settled: { type: 'final' },
  },
  output: ({ context: { requestId, generation, outcome, reason } }) => ({
    requestId,
    generation,
    outcome,
    reason,
  }),
});
