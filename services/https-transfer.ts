import type { IncomingMessage } from 'node:http';
import type { AcceptedBody } from '../policies/response.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import type { Transfer } from './model-fetcher.ts';

type Read = Attempt<Uint8Array | null>;

/** A socket gives 16 KiB at a time, and each piece costs its reader several turns: what comes at once is given at once. */
const BATCH_BYTES = 256 * 1024;

const END: Read = Object.freeze({ ok: true, value: null });

/**
 * The body of an accepted response. The response stays paused: it fills its buffer of about 1 MiB, then its socket
 * stands still until somebody reads.
 *
 * Must be called before the response's first event can fire, that is in the listener that received it.
 */
export function createHttpsTransfer(
  response: IncomingMessage,
  { fromBytes, endBytes, etag }: AcceptedBody,
  signal: CancelSignal,
  destroy: () => void,
): Transfer {
  let leftBytes = endBytes - fromBytes;
  let isEnded = false;
  let isBroken = false;
  let outcome: Read | null = null;
  let waiting: ((answer: Read) => void) | null = null;
  let isGathering = false;

  response
    .on('readable', gather)
    .on('end', () => {
      isEnded = true;
      wake();
    })
    .on('error', breakOff)
    .on('close', breakOff);
  signal.addEventListener('abort', supersede, { once: true });

  /** Lets what is on its way come too, for one turn of the event loop. */
  function gather(): void {
    if (isGathering) return;
    isGathering = true;
    setImmediate(() => {
      isGathering = false;
      wake();
    });
  }

  function breakOff(): void {
    isBroken = true;
    wake();
  }

  function supersede(): void {
    if (outcome === null) refuse(deny('start_superseded'));
    wake();
  }

  function wake(): void {
    if (waiting === null) return;
    const answer = take();
    if (answer === null) return;
    const resolve = waiting;
    waiting = null;
    resolve(answer);
  }

  /** What can be said now; null where it has to be waited for. */
  function take(): Read | null {
    if (outcome !== null) return outcome;
    const piece = response.read() as Buffer | null;
    if (piece !== null) {
      leftBytes -= piece.byteLength;
      return leftBytes < 0 ? refuse(deny('size_exceeded')) : { ok: true, value: piece };
    }
    if (isEnded && leftBytes === 0) return finish(END);
    return isEnded || isBroken ? refuse(deny('transfer_cut')) : null;
  }

  function refuse(reason: Deny): Read {
    destroy();
    return finish(reason);
  }

  function finish(answer: Read): Read {
    outcome = answer;
    signal.removeEventListener('abort', supersede);
    return answer;
  }

  return {
    fromBytes,
    endBytes,
    etag,
    read: async () => {
      if (waiting !== null) return deny('internal_error');
      const hereBytes = response.readableLength;
      const answer = hereBytes === 0 || hereBytes >= BATCH_BYTES ? take() : outcome;
      if (answer !== null) return answer;
      if (hereBytes > 0) gather();
      return new Promise((resolve) => (waiting = resolve));
    },
    close: supersede,
  };
}
