import type { AcquisitionEvent, AcquisitionPortInput } from '../machines/acquisition-events.ts';
import { isOfTheBytes } from '../policies/fetch-fault.ts';
import type { Reason } from '../policies/reasons.ts';
import type { AcquisitionServices, AcquisitionSession } from './acquisition-session.ts';
import type { OnBytes, StepFault } from './model-download.ts';
import { definePortActor, type PortScope } from './port-actor.ts';

type Scope = PortScope<AcquisitionEvent, AcquisitionPortInput>;

/** The chart hears of bytes when so many came, or so much time went by: not of each piece. */
const TELL_EVERY_BYTES = 8 * 1024 * 1024;
const TELL_EVERY_MS = 100;

/** The ports of the acquisition chart, joined to what one acquisition holds. */
export function defineAcquisitionPorts(
  { spec, urls, store, readMemory, clock }: AcquisitionServices,
  session: AcquisitionSession,
) {
  const port = definePortActor<AcquisitionEvent, AcquisitionPortInput>;

  const failed = (reason: Reason): AcquisitionEvent => ({
    type: 'store.failed',
    reason,
    atMs: clock.nowMs(),
  });
  const onRejection = () => failed('internal_error');

  const faultOf = ({ attempt }: AcquisitionPortInput, { of, reason }: StepFault): AcquisitionEvent =>
    of === 'store' ? failed(reason) : { type: 'fetch.failed', attempt, reason, atMs: clock.nowMs() };

  /** Thins out, and tells what was thinned out when the step is over. */
  const thinned = (tell: OnBytes) => {
    let told = { bytes: Number.NEGATIVE_INFINITY, atMs: Number.NEGATIVE_INFINITY };
    let latestBytes: number | null = null;
    return {
      onBytes: (bytes: number) => {
        latestBytes = bytes;
        const atMs = clock.nowMs();
        // Fewer than told before: the file was begun anew.
        const grownBytes = Math.abs(bytes - told.bytes);
        if (grownBytes < TELL_EVERY_BYTES && atMs - told.atMs < TELL_EVERY_MS) return;
        told = { bytes, atMs };
        tell(bytes);
      },
      flush: () => {
        if (latestBytes !== null && latestBytes !== told.bytes) tell(latestBytes);
      },
    };
  };

  const received = ({ input: { attempt }, say }: Scope) =>
    thinned((receivedBytes) => say({ type: 'bytes.received', attempt, receivedBytes, atMs: clock.nowMs() }));

  return {
    inspectStore: port(async ({ say }) => {
      const found = await session.inspect();
      say(
        found.ok
          ? { type: 'store.inspected', found: found.value.kind, atMs: clock.nowMs() }
          : failed(found.reason),
      );
    }, onRejection),

    lockModel: port(async ({ signal, say }) => {
      const taken = await session.lock(signal, () => say({ type: 'lock.waited', atMs: clock.nowMs() }));
      say(taken.ok ? { type: 'lock.taken', atMs: clock.nowMs() } : failed(taken.reason));
    }, onRejection),

    probeSource: port(async (scope) => {
      const { input, signal, say } = scope;
      const bytes = received(scope);
      const probed = await session.probe(urls[input.mirror], input.fromStart, signal, bytes.onBytes);
      bytes.flush();
      if (!probed.ok) return say(faultOf(input, probed));
      const { tensorBytes, kvBytesPerToken, contextTokens } = probed.facts;
      say({
        type: 'source.probed',
        attempt: input.attempt,
        memory: (await readMemory?.()) ?? null,
        needs: { tensorBytes, kvBytesPerToken, contextTokens },
        resumedBytes: probed.keptBytes,
        atMs: clock.nowMs(),
      });
    }, onRejection),

    streamModel: port(async (scope) => {
      const { input, signal, say } = scope;
      const bytes = received(scope);
      const streamed = await session.stream(urls[input.mirror], signal, bytes.onBytes);
      bytes.flush();
      say(
        streamed.ok
          ? { type: 'transfer.completed', attempt: input.attempt, atMs: clock.nowMs() }
          : faultOf(input, streamed),
      );
    }, onRejection),

    verifyModel: port(async ({ input, signal, say }) => {
      const bytes = thinned((doneBytes) => say({ type: 'bytes.verified', doneBytes, atMs: clock.nowMs() }));
      const verdict = input.downloading
        ? await session.verify(signal, bytes.onBytes)
        : await store.verify(spec, signal, bytes.onBytes);
      bytes.flush();
      if (verdict.ok) return say({ type: 'model.verified', atMs: clock.nowMs() });
      const { reason } = verdict;
      // A file that somebody deleted meanwhile is downloaded again, like one that went bad.
      const isGone = isOfTheBytes(reason) || reason === 'model_not_stored';
      say(isGone ? { type: 'model.refused', reason, atMs: clock.nowMs() } : failed(reason));
    }, onRejection),

    publishModel: port(async ({ say }) => {
      const published = await session.publish();
      say(published.ok ? { type: 'model.published', atMs: clock.nowMs() } : failed(published.reason));
    }, onRejection),
  };
}
