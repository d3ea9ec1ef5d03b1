import type { MachineMemory } from '../policies/model-fit.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { StoredState, StoreLock } from '../services/model-store.ts';
import { createModelDownload, type DownloadServices, type ModelDownload } from './model-download.ts';

export interface AcquisitionServices extends DownloadServices {
  /** Source URLs in the order of their preference. */
  readonly urls: readonly string[];
  /** Looks at the memory of the machine; null where whether the model fits is not judged. */
  readonly readMemory: (() => Promise<MachineMemory>) | null;
}

/**
 * What one acquisition holds, kept outside the machine whose context is plain data: the lock of the model, and its
 * download. Steps do not overlap: one that was given up obeys its abort before the next begins.
 */
export interface AcquisitionSession extends Omit<ModelDownload, 'close'> {
  /** Begins to look at the store before anybody asks: a start waits for the answer. */
  readonly lookAhead: () => void;
  readonly inspect: () => Promise<Attempt<StoredState>>;
  readonly lock: (signal: CancelSignal, onWaiting: () => void) => Promise<Attempt<null>>;
  /** Lets go of everything, and keeps what can be gone on with. Never rejects. Idempotent. */
  readonly close: () => Promise<void>;
}

export function createAcquisitionSession(services: AcquisitionServices): AcquisitionSession {
  const { spec, store } = services;
  const download = createModelDownload(services);
  let held: StoreLock | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let ahead: Promise<Attempt<StoredState>> | null = null;
  let closing: Promise<void> | null = null;

  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const turn = last.then(step);
    last = turn.catch(() => undefined);
    return turn;
  };

  const close = async (): Promise<void> => {
    await download.close();
    await held?.release();
    held = null;
  };

  return {
    lookAhead: () => {
      ahead = store.inspect(spec);
    },
    inspect: () => {
      const answer = ahead ?? store.inspect(spec);
      ahead = null;
      return answer;
    },
    lock: (signal, onWaiting) =>
      inTurn(async () => {
        const taken = await store.lock(spec, signal, onWaiting);
        if (!taken.ok) return taken;
        if (signal.aborted) {
          await taken.value.release();
          return deny('start_superseded');
        }
        held = taken.value;
        return { ok: true, value: null };
      }),
    probe: (...step) => inTurn(() => download.probe(...step)),
    stream: (...step) => inTurn(() => download.stream(...step)),
    verify: (...step) => inTurn(() => download.verify(...step)),
    publish: () => inTurn(download.publish),
    close: () => {
      closing ??= inTurn(close).catch(() => undefined);
      return closing;
    },
  };
}
