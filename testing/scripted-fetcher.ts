import type { Reason } from '../policies/reasons.ts';
import { deny } from '../policies/verdict.ts';
import type { FetchRequest, ModelFetcher, Transfer } from '../services/model-fetcher.ts';
import { createScriptedGate } from './scripted-gate.ts';

/** A fetcher without a network: files in memory, and faults when a test wants them. */
export interface ScriptedFetcher {
  /** For the `fetcher` port of a supervisor. */
  readonly fetcher: ModelFetcher;
  /** From now on this URL serves these bytes. */
  serve(url: string, bytes: Uint8Array, options?: ServeOptions): void;
  /** The next requests of this URL come to these ends, one after the other, before it serves again. */
  fail(url: string, ...faults: readonly FetchFault[]): void;
  /** From now on requests and reads stand still; they do obey their abort. */
  hold(): void;
  /** Lets `count` more requests or reads go on. */
  step(count?: number): void;
  release(): void;
  /** Every request, in order. */
  readonly requests: readonly FetchRequest[];
  /** Transfers that were opened and not closed. */
  openTransfers(): number;
}

export interface ServeOptions {
  /** Default `"1"`; null for a source without a strong validator. */
  readonly etag?: string | null;
  /** Default true: parts are served when they are asked for under the present validator. */
  readonly ranges?: boolean;
  /** Default 4096. */
  readonly pieceBytes?: number;
}

export interface FetchFault {
  readonly reason: Reason;
  /** How many bytes come first; without it the request itself is refused. */
  readonly afterBytes?: number;
}

interface Served extends Required<ServeOptions> {
  readonly bytes: Uint8Array;
}

export function createScriptedFetcher(): ScriptedFetcher {
  const served = new Map<string, Served>();
  const faults = new Map<string, FetchFault[]>();
  const requests: FetchRequest[] = [];
  const gate = createScriptedGate();
  let open = 0;

  const transferOf = (request: FetchRequest, file: Served, fault: FetchFault | undefined): Transfer => {
    const isBound = request.fromBytes === 0 || (request.etag !== null && request.etag === file.etag);
    const isPart = file.ranges && isBound;
    const fromBytes = isPart ? request.fromBytes : 0;
    const endBytes = isPart ? request.endBytes : request.sizeBytes;
    const breaksAtBytes =
      fault?.afterBytes === undefined ? Number.POSITIVE_INFINITY : fromBytes + fault.afterBytes;
    const closed = new AbortController();
    let atBytes = fromBytes;
    open += 1;
    return {
      fromBytes,
      endBytes,
      etag: file.etag,
      read: async () => {
        if (closed.signal.aborted || !(await gate.pass(closed.signal))) return deny('start_superseded');
        if (fault !== undefined && atBytes >= breaksAtBytes) return deny(fault.reason);
        if (atBytes >= endBytes) return { ok: true, value: null };
        const toBytes = Math.min(atBytes + file.pieceBytes, endBytes, breaksAtBytes);
        const piece = file.bytes.slice(atBytes, toBytes);
        if (piece.byteLength === 0) return deny('transfer_cut');
        atBytes += piece.byteLength;
        return { ok: true, value: piece };
      },
      close: () => {
        if (!closed.signal.aborted) open -= 1;
        closed.abort();
      },
    };
  };

  return {
    fetcher: {
      open: async (request, signal) => {
        requests.push(request);
        if (!(await gate.pass(signal))) return deny('start_superseded');
        const fault = faults.get(request.url)?.shift();
        if (fault !== undefined && fault.afterBytes === undefined) return deny(fault.reason);
        const file = served.get(request.url);
        if (file === undefined) return deny('source_unreachable');
        if (file.bytes.byteLength !== request.sizeBytes) return deny('response_size_mismatch');
        const transfer = transferOf(request, file, fault);
        signal.addEventListener('abort', transfer.close, { once: true });
        return { ok: true, value: transfer };
      },
      openFirst: async (url, signal) => {
        if (!(await gate.pass(signal))) return deny('start_superseded');
        const file = served.get(url);
        if (file === undefined) return deny('source_unreachable');
        const sizeBytes = file.bytes.byteLength;
        const request = { url, sizeBytes, fromBytes: 0, endBytes: sizeBytes, etag: null };
        requests.push(request);
        return { ok: true, value: transferOf(request, file, faults.get(url)?.shift()) };
      },
      close: () => undefined,
    },
    serve: (url, bytes, { etag = '"1"', ranges = true, pieceBytes = 4096 } = {}) =>
      void served.set(url, { bytes: bytes.slice(), etag, ranges, pieceBytes }),
    fail: (url, ...more) => void faults.set(url, [...(faults.get(url) ?? []), ...more]),
    hold: () => gate.hold(),
    step: (count) => gate.step(count),
    release: () => gate.release(),
    requests,
    openTransfers: () => open,
  };
}
