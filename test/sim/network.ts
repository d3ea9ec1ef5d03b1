import type { CancelSignal } from '../../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../../policies/verdict.ts';
import type { FetchRequest, ModelFetcher, Transfer } from '../../services/model-fetcher.ts';
import { createScriptedFetcher } from '../../testing/scripted-fetcher.ts';
import type { Chance } from './chance.ts';
import type { Fault, FaultBook, FaultKind } from './faults.ts';
import { createNap } from './nap.ts';
import type { Sightings } from './sightings.ts';
import type { World } from './world.ts';

export interface SimulatedNetwork {
  readonly fetcher: ModelFetcher;
  /** Transfers that are open, and questions that are under way. */
  readonly open: () => { readonly transfers: number; readonly questions: number };
}

export interface NetworkOptions {
  readonly world: Pick<World, 'after'>;
  readonly faults: FaultBook;
  readonly chance: Chance;
  /** Sources of the same file. */
  readonly urls: readonly string[];
  readonly bytes: Uint8Array;
  readonly saw: Sightings['saw'];
  /** Default 64 KiB. */
  readonly pieceBytes?: number;
}

const PIECE_BYTES = 65_536;
const SLOWER = 10;

/**
 * The scripted fetcher, which keeps the contract of one, with time and faults around it: each answer and each piece
 * takes a drawn while, and a source fails, stands still or sends what is wrong where a fault says so.
 */
export function createSimulatedNetwork(options: NetworkOptions): SimulatedNetwork {
  const { world, faults, chance, urls, bytes, saw, pieceBytes = PIECE_BYTES } = options;
  const source = createScriptedFetcher();
  const pieces = Math.ceil(bytes.byteLength / pieceBytes);
  let questions = 0;
  /** Where the last transfer ended that came to its end: the next part begins there, and is none that is resumed. */
  let endedBytes = 0;

  /** The fault of this kind that strikes a source now: one of them, or all. */
  const strikes = (kind: FaultKind, url: string): Fault | null => {
    const fault = faults.active(kind);
    if (fault === null) return null;
    const struck = urls[fault.at % (urls.length + 1)];
    return struck === undefined || struck === url ? fault : null;
  };
  /** One source only: some other one has the right file. */
  const wrongBytes = (url: string): Uint8Array | null => {
    const fault = faults.active('net.wrong-bytes');
    if (fault === null || urls[fault.at % urls.length] !== url) return null;
    const wrong = bytes.slice();
    wrong[fault.at % 2 === 0 ? 0 : wrong.length - 1]! ^= 1;
    return wrong;
  };
  const etagOf = (url: string): string | null => {
    const changed = strikes('net.etag-changed', url);
    if (changed === null) return '"1"';
    return changed.at % 2 === 0 ? '"2"' : null;
  };

  /** What the source is now, and what becomes of the next question to it. */
  const prepare = (url: string): void => {
    source.serve(url, wrongBytes(url) ?? bytes, {
      etag: etagOf(url),
      ranges: strikes('net.no-ranges', url) === null,
      pieceBytes,
    });
    const cut = strikes('net.cut', url);
    if (strikes('net.unreachable', url) !== null) source.fail(url, { reason: 'source_unreachable' });
    else if (strikes('net.busy', url) !== null) source.fail(url, { reason: 'source_busy' });
    else if (cut !== null)
      source.fail(url, { reason: 'transfer_cut', afterBytes: (1 + (cut.at % pieces)) * pieceBytes });
  };

  const question = async (
    url: string,
    signal: CancelSignal,
    put: () => Promise<Attempt<Transfer>>,
  ): Promise<Attempt<Transfer>> => {
    questions += 1;
    try {
      const gone = followAbort(signal);
      const nap = createNap(world, gone.signal);
      await nap.for(chance.between(20, 300));
      const silent = strikes('net.silent', url);
      if (silent !== null) await nap.until(faults.over(silent));
      gone.leave();
      if (signal.aborted) return deny('start_superseded');
      if (urls.includes(url)) prepare(url);
      const opened = await put();
      return opened.ok ? { ok: true, value: timed(url, opened.value, signal) } : opened;
    } finally {
      questions -= 1;
    }
  };

  const timed = (url: string, inner: Transfer, signal: CancelSignal): Transfer => {
    const gone = followAbort(signal);
    const nap = createNap(world, gone.signal);
    let read = 0;
    let isReading = false;

    const next = async (): ReturnType<Transfer['read']> => {
      await nap.for(chance.between(50, 500) * (strikes('net.slow', url) === null ? 1 : SLOWER));
      const stall = strikes('net.stalls', url);
      if (stall !== null && read >= stall.at % pieces) await nap.until(faults.over(stall));
      read += 1;
      const piece = await inner.read();
      if (!piece.ok || piece.value === null) gone.leave();
      if (piece.ok && piece.value === null) endedBytes = inner.endBytes;
      return piece;
    };
    return {
      fromBytes: inner.fromBytes,
      endBytes: inner.endBytes,
      etag: inner.etag,
      read: async () => {
        if (isReading) return deny('internal_error');
        isReading = true;
        try {
          return await next();
        } finally {
          isReading = false;
        }
      },
      close: () => {
        gone.abort();
        inner.close();
      },
    };
  };

  const look = (request: FetchRequest, opened: Attempt<Transfer>): void => {
    if (!opened.ok || request.fromBytes === 0) return;
    if (opened.value.fromBytes === 0) saw('download begun anew');
    else if (request.fromBytes !== endedBytes) saw('download resumed');
  };

  return {
    fetcher: {
      open: async (request, signal) => {
        const opened = await question(request.url, signal, () => source.fetcher.open(request, signal));
        look(request, opened);
        return opened;
      },
      openFirst: (url, signal) => question(url, signal, () => source.fetcher.openFirst(url, signal)),
      close: () => source.fetcher.close(),
    },
    open: () => ({ transfers: source.openTransfers(), questions }),
  };
}

/** An abort of one's own that follows another one's, until it is left. */
function followAbort(signal: CancelSignal) {
  const own = new AbortController();
  const abort = () => own.abort();
  const leave = () => signal.removeEventListener('abort', abort);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    signal: own.signal,
    leave,
    abort: () => {
      leave();
      abort();
    },
  };
}
