import type { Reason } from '../policies/reasons.ts';
import { isFetchRange } from '../policies/response.ts';
import { isStrongEtag } from '../policies/response-headers.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
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

type Read = Attempt<Uint8Array | null>;

export function createScriptedFetcher(): ScriptedFetcher {
  const served = new Map<string, Served>();
  const faults = new Map<string, FetchFault[]>();
  const requests: FetchRequest[] = [];
  const gate = createScriptedGate();
  let open = 0;

  const transferOf = (
    request: FetchRequest,
    file: Served,
    fault: FetchFault | undefined,
    signal: CancelSignal,
  ): Transfer => {
    const isBound = request.fromBytes === 0 || request.etag === file.etag;
    const isPart = file.ranges && isBound;
    const fromBytes = isPart ? request.fromBytes : 0;
    const endBytes = isPart ? request.endBytes : request.sizeBytes;
    const breaksAtBytes =
      fault?.afterBytes === undefined ? Number.POSITIVE_INFINITY : fromBytes + fault.afterBytes;
    const superseded = new AbortController();
    let atBytes = fromBytes;
    let outcome: Read | null = null;
    let isReading = false;
    let isOpen = true;
    open += 1;

    const supersede = () => {
      outcome ??= deny('start_superseded');
      superseded.abort();
    };
    /** The last word: from now on every read says it. */
    const end = (read: Read): Read => {
      outcome ??= read;
      signal.removeEventListener('abort', supersede);
      return outcome;
    };
    const take = (): Read => {
      if (fault !== undefined && atBytes >= breaksAtBytes) return end(deny(fault.reason));
      if (atBytes >= endBytes) return end({ ok: true, value: null });
      const piece = file.bytes.slice(atBytes, Math.min(atBytes + file.pieceBytes, endBytes, breaksAtBytes));
      if (piece.byteLength === 0) return end(deny('transfer_cut'));
      atBytes += piece.byteLength;
      return { ok: true, value: piece };
    };

    if (signal.aborted) supersede();
    signal.addEventListener('abort', supersede, { once: true });
    return {
      fromBytes,
      endBytes,
      etag: file.etag,
      read: async () => {
        if (isReading) return deny('internal_error');
        if (outcome !== null) return outcome;
        isReading = true;
        const isLet = await gate.pass(superseded.signal);
        isReading = false;
        return outcome ?? (isLet ? take() : end(deny('start_superseded')));
      },
      close: () => {
        if (isOpen) open -= 1;
        isOpen = false;
        supersede();
        signal.removeEventListener('abort', supersede);
      },
    };
  };

  const answer = async (
    url: string,
    signal: CancelSignal,
    requestOf: (file: Served | undefined) => FetchRequest,
  ): Promise<Attempt<Transfer>> => {
    if (!(await gate.pass(signal))) return deny('start_superseded');
    const fault = faults.get(url)?.shift();
    if (fault !== undefined && fault.afterBytes === undefined) return deny(fault.reason);
    const file = served.get(url);
    if (file === undefined) return deny('source_unreachable');
    const request = requestOf(file);
    if (file.bytes.byteLength === 0) return deny('response_malformed');
    if (file.bytes.byteLength !== request.sizeBytes) return deny('response_size_mismatch');
    return { ok: true, value: transferOf(request, file, fault, signal) };
  };

  return {
    fetcher: {
      open: async (request, signal) => {
        requests.push(request);
        const { url, ...asked } = request;
        if (!isFetchRange(asked)) return deny('response_range_mismatch');
        return answer(url, signal, () => request);
      },
      openFirst: (url, signal) =>
        answer(url, signal, (file) => {
          const sizeBytes = file?.bytes.byteLength ?? 0;
          const request = { url, sizeBytes, fromBytes: 0, endBytes: sizeBytes, etag: null };
          requests.push(request);
          return request;
        }),
      close: () => undefined,
    },
    serve: (url, bytes, { etag = '"1"', ranges = true, pieceBytes = 4096 } = {}) =>
      void served.set(url, {
        bytes: bytes.slice(),
        etag: isStrongEtag(etag) ? etag : null,
        ranges,
        pieceBytes,
      }),
    fail: (url, ...more) => void faults.set(url, [...(faults.get(url) ?? []), ...more]),
    hold: () => gate.hold(),
    step: (count) => gate.step(count),
    release: () => gate.release(),
    requests,
    openTransfers: () => open,
  };
}
