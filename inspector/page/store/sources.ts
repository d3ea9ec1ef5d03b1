import { batch, computed, signal } from '@preact/signals';
import { readTraceFile } from '../source/file-source.ts';
import { createLinePump } from '../source/line-pump.ts';
import { followServer, type ServerStatus } from '../source/server-source.ts';
import type { Log } from './log.ts';
import type { MomentStore } from './moment.ts';
import type { Recording } from './recording.ts';
import { turnEnds } from './turn.ts';

/** Where the trace comes from. */
export type Origin =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'server' };

export type Sources = ReturnType<typeof createSources>;

/** Opens one source of lines at a time; a new one ends the one before. */
export function createSources(log: Log, moment: MomentStore, recording: Recording) {
  const origin = signal<Origin>({ kind: 'none' });
  const server = signal<ServerStatus>({ kind: 'connecting' });
  let closing = new AbortController();
  const pump = createLinePump({
    feed: log.feed,
    nowMs: () => performance.now(),
    yieldTurn: turnEnds,
    onSlice: log.schedule,
  });

  function begin(next: Origin): AbortSignal {
    closing.abort();
    closing = new AbortController();
    batch(() => {
      origin.value = next;
      recording.forget();
      moment.goLive();
    });
    return closing.signal;
  }

  return {
    origin,
    server,
    /** Whether more may come. */
    isLive: computed(
      () =>
        origin.value.kind === 'server' && server.value.kind !== 'ended' && server.value.kind !== 'refused',
    ),
    async openFile(file: File) {
      const signalOfFile = begin({ kind: 'file', name: file.name });
      log.startAnew();
      log.isReading.value = true;
      await readTraceFile(file, signalOfFile, (lines) => pump.push(lines));
      if (signalOfFile.aborted) return;
      log.isReading.value = false;
      log.publish();
    },
    follow(token: string): Promise<void> {
      const signalOfServer = begin({ kind: 'server' });
      return followServer({
        token,
        signal: signalOfServer,
        fetch: (...args) => fetch(...args),
        pause: (ms) => pause(ms, signalOfServer),
        onStatus: (status) => {
          server.value = status;
        },
        onOpen: log.startAnew,
        onLines: (lines) => pump.push(lines),
      });
    },
  };
}

function pause(ms: number, signalOfSource: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signalOfSource.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
