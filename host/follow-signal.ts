import type { CancelSignal } from '../policies/runtime-adapter.ts';

/** Cancels a request when its signal aborts, until `result` settles. */
export type FollowSignal = (signal: CancelSignal, cancel: () => void, result: Promise<unknown>) => void;

interface Following {
  readonly cancels: Set<() => void>;
  readonly onAbort: () => void;
}

/**
 * One listener for each signal, however many requests share it: beyond ten, Node prints a warning of a leak.
 * The listener goes with the last of them.
 */
export function createSignalFollower(): FollowSignal {
  const followed = new WeakMap<CancelSignal, Following>();

  const begin = (signal: CancelSignal): Following => {
    const cancels = new Set<() => void>();
    const following: Following = {
      cancels,
      onAbort: () => {
        for (const cancel of [...cancels]) cancel();
      },
    };
    signal.addEventListener('abort', following.onAbort, { once: true });
    followed.set(signal, following);
    return following;
  };

  const leave = (signal: CancelSignal, following: Following, cancel: () => void): void => {
    following.cancels.delete(cancel);
    if (following.cancels.size > 0 || followed.get(signal) !== following) return;
    followed.delete(signal);
    signal.removeEventListener('abort', following.onAbort);
  };

  return (signal, cancel, result) => {
    try {
      const following = followed.get(signal) ?? begin(signal);
      following.cancels.add(cancel);
      result.then(() => leave(signal, following, cancel)).catch(() => undefined);
      // It may have aborted while the gate was deciding, and an abort is told only once.
      if (signal.aborted) cancel();
    } catch {
      // A signal that cannot be heard could never end the request: it ends now.
      cancel();
    }
  };
}
