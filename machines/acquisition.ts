import type { Reason } from '../policies/reasons.ts';
import {
  type AcquisitionContext,
  type AcquisitionOutput,
  createAcquisitionContext,
} from './acquisition-context.ts';
import { acquisitionSetup } from './acquisition-ground.ts';

const portInput = ({ context }: { context: AcquisitionContext }) => ({
  attempt: context.attempt,
  mirror: context.mirror,
  fromStart: context.fromStart,
  downloading: context.downloading,
});

/** `reason` null: the one that the event brings. */
const keepReason = (reason: Reason | null) => ({ type: 'keepReason', params: { reason } }) as const;

const failBy = (reason: Reason) => ({ target: '#acquisition.failed', actions: keepReason(reason) }) as const;

/** What follows a failed attempt: another one, or the end. */
const afterFetchFault = (reason: Reason | null) =>
  [
    {
      guard: { type: 'triesAgain', params: { reason } },
      target: '#acquisition.waiting',
      actions: { type: 'planRetry', params: { reason } },
    },
    {
      guard: { type: 'givesUp', params: { reason } },
      target: '#acquisition.failed',
      actions: keepReason(reason),
    },
    {
      guard: { type: 'isTold', params: { reason } },
      target: '#acquisition.rejected',
      actions: keepReason(reason),
    },
  ] as const;

const bytesReceived = <T extends string>(target: T) =>
  ({ guard: 'isOfAttempt', target, actions: 'recordBytes' }) as const;

/** A source is asked, and then sends: the first byte has a deadline, and so has each further one. */
const asked = { after: { firstByteDeadline: afterFetchFault('source_first_byte_timeout') } } as const;
const sending = { after: { transferStallDeadline: afterFetchFault('source_stalled') } } as const;

const succeeded = ({ context }: { context: AcquisitionContext }): AcquisitionOutput => ({
  ok: true,
  attempts: context.attempt,
});

const refused = ({ context }: { context: AcquisitionContext }): AcquisitionOutput => ({
  ok: false,
  reason: context.reason ?? 'internal_error',
  attempts: context.attempt,
});

const onPortError = failBy('internal_error');

/**
 * The way of a model file: planned, locked, probed, streamed, verified, published, recorded.
 *
 * Whatever waits has a deadline: the lock, the first byte, the next byte, the disk, and all of it together. A source
 * that fails is asked again after a delay, or the next mirror is; a source whose bytes are wrong is not asked again.
 * `rejected` would come to the same end again; `failed` might not.
 */
export const acquisitionMachine = acquisitionSetup.createMachine({
  id: 'acquisition',
  options: { maxIterations: 100 },
  context: ({ input }) => createAcquisitionContext(input),
  initial: 'planning',
  after: { wholeDeadline: failBy('acquire_timeout') },
  on: {
    'store.failed': [
      { guard: 'isPermanent', target: '#acquisition.rejected', actions: keepReason(null) },
      { target: '#acquisition.failed', actions: keepReason(null) },
    ],
  },
  states: {
    planning: {
      description: 'The pin and the sources are judged; the store is asked whether the model is here.',
      initial: 'judging',
      states: {
        judging: {
          always: [
            { guard: 'planIsRefused', target: '#acquisition.rejected', actions: 'keepPlanReason' },
            { target: 'inspecting' },
          ],
        },
        inspecting: {
          invoke: { src: 'inspectStore', id: 'inspectStore', input: portInput, onError: onPortError },
          after: { flushDeadline: failBy('store_timeout') },
          on: {
            'store.inspected': [
              { guard: 'isVerified', target: '#acquisition.recorded', actions: 'keepTime' },
              { guard: 'isUnproved', target: '#acquisition.verifying', actions: 'keepTime' },
              {
                guard: 'isAbsentAndLocked',
                target: '#acquisition.probing',
                actions: ['keepTime', 'beginDownload'],
              },
              { guard: 'isAbsent', target: '#acquisition.locking', actions: 'keepTime' },
            ],
          },
        },
      },
    },
    locking: {
      description: 'Another process may be downloading the same model: then its work is waited for.',
      invoke: { src: 'lockModel', id: 'lockModel', input: portInput, onError: onPortError },
      after: { lockDeadline: { target: 'planning', actions: 'giveUpLock' } },
      on: {
        'lock.waited': { actions: 'keepTime' },
        'lock.taken': { target: 'planning', actions: 'keepLock' },
      },
    },
    probing: {
      description: 'The header comes first: what can never fit is refused before its body is asked for.',
      entry: 'beginAttempt',
      invoke: { src: 'probeSource', id: 'probeSource', input: portInput, onError: onPortError },
      initial: 'asking',
      on: {
        'bytes.received': bytesReceived('.receiving'),
        'fetch.failed': afterFetchFault(null),
        'source.probed': [
          { guard: 'fits', target: 'streaming', actions: 'recordProbe' },
          { guard: 'isOfAttempt', target: 'rejected', actions: 'keepFitReason' },
        ],
      },
      states: { asking: asked, receiving: sending },
    },
    streaming: {
      description: 'The body comes, and goes to the disk as it comes.',
      invoke: { src: 'streamModel', id: 'streamModel', input: portInput, onError: onPortError },
      initial: 'opening',
      on: {
        'bytes.received': bytesReceived('.flowing'),
        'fetch.failed': afterFetchFault(null),
        'transfer.completed': { guard: 'isOfAttempt', target: 'verifying', actions: 'endTransfer' },
      },
      states: { opening: asked, flowing: sending },
    },
    waiting: {
      description:
        'An attempt failed in a way that may pass, or another mirror is left: the next one is planned.',
      after: { retryDelay: 'probing' },
    },
    verifying: {
      description: 'The file is read back from the disk: size, SHA-256, header.',
      invoke: { src: 'verifyModel', id: 'verifyModel', input: portInput, onError: onPortError },
      initial: 'flushing',
      on: {
        'bytes.verified': { target: '.reading', actions: 'recordProof' },
        'model.verified': [
          { guard: 'isStored', target: 'recorded', actions: 'keepTime' },
          { target: 'publishing', actions: 'keepTime' },
        ],
        // A stored file that went bad is out of the store by now: it is downloaded again.
        'model.refused': [
          { guard: 'isStored', target: 'planning', actions: keepReason(null) },
          ...afterFetchFault(null),
        ],
      },
      states: {
        flushing: { after: { flushDeadline: failBy('store_timeout') } },
        reading: { after: { flushDeadline: failBy('store_timeout') } },
      },
    },
    publishing: {
      description: 'The proved file gets its name.',
      invoke: { src: 'publishModel', id: 'publishModel', input: portInput, onError: onPortError },
      after: { flushDeadline: failBy('store_timeout') },
      on: { 'model.published': { target: 'recorded', actions: 'keepTime' } },
    },
    recorded: { type: 'final', entry: 'recordDone', output: succeeded },
    rejected: { type: 'final', output: refused },
    failed: { type: 'final', output: refused },
  },
  output: ({ event }) => event.output as AcquisitionOutput,
});
