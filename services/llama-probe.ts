import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { allow, deny, type Verdict } from '../policies/verdict.ts';
import { errorClass, type GenerationRoom } from './llama-generation.ts';
import type { LlamaContextSequence, Token } from './llama-library.ts';
import type { Place } from './sequence-pool.ts';

/**
 * Decodes one real token on a free sequence. Where none is free: waits until a running one moves or comes free. Where
 * all of them wait for their readers there is nothing to see and nothing is asked of the runtime: that is healthy.
 * An abort answers at once, whatever the native code is doing.
 */
export function probe(room: GenerationRoom, signal: CancelSignal): Promise<Verdict> {
  if (signal.aborted) return Promise.resolve(deny('runtime_probe_timeout'));
  return new Promise((resolve) => {
    const settle = (verdict: Verdict): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(verdict);
    };
    const onAbort = (): void => settle(deny('runtime_probe_timeout'));
    signal.addEventListener('abort', onAbort, { once: true });
    lookForLife(room, signal).then(settle, (error: unknown) => {
      room.logger.error({ error: errorClass(error) }, 'health check failed');
      settle(deny('runtime_probe_failed'));
    });
  });
}

async function lookForLife(room: GenerationRoom, signal: CancelSignal): Promise<Verdict> {
  if (room.pool.closed) return deny('runtime_probe_failed');
  const place = room.pool.takeFree();
  if (place !== null) return decodeOne(room, place);
  if (room.computing.size === 0) return allow('runtime_healthy');
  return (await room.heartbeat.next(signal)) ? allow('runtime_healthy') : deny('runtime_probe_timeout');
}

async function decodeOne(room: GenerationRoom, place: Place<LlamaContextSequence>): Promise<Verdict> {
  const { sequence } = place;
  room.computing.add(place);
  try {
    // What an earlier request left there is kept, if there is room behind it: a conversation may go on with it.
    if (sequence.nextTokenIndex + 2 >= room.contextTokens) await sequence.clearHistory();
    const kept = sequence.contextTokens;
    const token = room.model.tokens.bos ?? (0 as Token);
    const decoding = sequence.evaluateWithMetadata([token], {}, { yieldEogToken: true });
    const { done } = await decoding.next();
    await decoding.return();
    await sequence.adaptStateToTokens(kept, false);
    return done === true ? deny('runtime_probe_failed') : allow('runtime_healthy');
  } finally {
    room.computing.delete(place);
    place.release();
    room.heartbeat.beat();
  }
}
