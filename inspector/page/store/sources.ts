import { batch, computed, effect, type Signal, signal } from '@preact/signals';
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

/** Opens one source of lines at a time; a new one ends the one before. */
export function createSources(log: Log, moment: MomentStore, recording: Recording, notice: Signal<string>) {
  const origin = signal<Origin>({ kind: 'none' });
  const server = signal<ServerStatus>({ kind: 'connecting' });
  let closing = new AbortController();
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

  /** Lines of a source that was ended meanwhile are dropped. */
  function pumpOf(signalOfSource: AbortSignal) {
    return createLinePump({
      feed: (line) => {
        if (!signalOfSource.aborted) log.feed(line);
      },
      nowMs: () => performance.now(),
      yieldTurn: turnEnds,
      onSlice: log.schedule,
    });
  }

  effect(() => {
    moment.clock.isRunning.value = origin.value.kind === 'server' && server.value.kind === 'connected';
  });

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
      const pump = pumpOf(signalOfFile);
      log.startAnew();
      log.isReading.value = true;
      const isRead = await readTraceFile(file, signalOfFile, (lines) => pump.push(lines)).then(
        () => true,
        () => false,
      );
      if (signalOfFile.aborted) return;
      log.isReading.value = false;
      log.close();
      if (!isRead) notice.value = `${file.name} could not be read to its end`;
      log.publish();
    },
    /** The address of the page holds no token: the server would refuse it. */
    refuse(): void {
      begin({ kind: 'server' });
      server.value = { kind: 'refused', status: 401 };
    },
    follow(token: string): Promise<void> {
      const signalOfServer = begin({ kind: 'server' });
      const pump = pumpOf(signalOfServer);
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
