import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { StoreLock } from '../services/model-store.ts';

/** Locks by name, each of one holder at a time; who waits is served in the order they came. */
export interface MemoryLocks {
  take(name: string, signal: CancelSignal, onWaiting: () => void): Promise<Attempt<StoreLock>>;
  held(): number;
}

export function createMemoryLocks(): MemoryLocks {
  const waiting = new Map<string, (() => void)[]>();

  const hold = (name: string): StoreLock => {
    let isHeld = true;
    if (!waiting.has(name)) waiting.set(name, []);
    return {
      release: async () => {
        if (!isHeld) return;
        isHeld = false;
        const next = waiting.get(name)?.shift();
        if (next === undefined) waiting.delete(name);
        else next();
      },
    };
  };

  return {
    take: async (name, signal, onWaiting) => {
      if (signal.aborted) return deny('start_superseded');
      const queue = waiting.get(name);
      if (queue === undefined) return { ok: true, value: hold(name) };
      try {
        onWaiting();
      } catch {
        // Its own affair.
      }
      if (signal.aborted) return deny('start_superseded');
      return new Promise((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', leave);
          resolve({ ok: true, value: hold(name) });
        };
        const leave = (): void => {
          queue.splice(queue.indexOf(go), 1);
          resolve(deny('start_superseded'));
        };
        queue.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
    held: () => waiting.size,
  };
}
