import { isOfTheBytes } from '../policies/fetch-fault.ts';
import { evaluateWholeModel, type GgufFacts } from '../policies/gguf-header.ts';
import type { Reason } from '../policies/reasons.ts';
import type { CancelSignal, IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny, type Verdict } from '../policies/verdict.ts';
import type { Clock } from '../services/clock.ts';
import type { ModelFetcher, Transfer } from '../services/model-fetcher.ts';
import type { ModelStore, PartialFile, PartialHeader } from '../services/model-store.ts';

export interface DownloadServices {
  readonly spec: IntegritySpec;
  readonly store: ModelStore;
  readonly fetcher: ModelFetcher;
  readonly clock: Clock;
}

/** Why a step ended: a source's fault, or the disk's. */
export type StepFault = { readonly ok: false; readonly of: 'source' | 'store'; readonly reason: Reason };

type Done = { readonly ok: true };

/** Told with how many bytes of the file are here. */
export type OnBytes = (receivedBytes: number) => void;

/**
 * The file that one acquisition brings here, between its steps: the partial file, and a transfer that goes on from
 * one step to the next. One step at a time.
 */
export interface ModelDownload {
  /** Brings the header of the model. `fromStart`: what was kept is dropped. */
  readonly probe: (
    url: string | undefined,
    fromStart: boolean,
    signal: CancelSignal,
    onBytes: OnBytes,
  ) => Promise<Probed | StepFault>;
  /** Brings the rest of the file. */
  readonly stream: (
    url: string | undefined,
    signal: CancelSignal,
    onBytes: OnBytes,
  ) => Promise<Done | StepFault>;
  /** Judges the partial file as a whole; one that is refused goes to quarantine. */
  readonly verify: (signal: CancelSignal, onBytes: OnBytes) => Promise<Verdict>;
  readonly publish: () => Promise<Attempt<ModelFile>>;
  /** Lets go of both, and keeps what can be gone on with. */
  readonly close: () => Promise<void>;
}

export interface Probed {
  readonly ok: true;
  readonly facts: GgufFacts;
  /** Bytes of an earlier attempt that this one goes on with. */
  readonly keptBytes: number;
}

/** First part that is asked for: it holds the header of a small model, and most of what a large one's needs. */
const PROBE_BYTES = 1024 * 1024;
/** What a killed process loses of its download at most, but for what is on its way to the disk. */
const SYNC_EVERY_MS = 1000;

export function createModelDownload({ spec, store, fetcher, clock }: DownloadServices): ModelDownload {
  const { sizeBytes } = spec;
  let partial: PartialFile | null = null;
  let transfer: Transfer | null = null;
  /** Bytes in the partial file, and the validator that they came under. */
  let hereBytes = 0;
  let etag: string | null = null;
  let syncedBytes = 0;
  let syncedAtMs = clock.nowMs();
  /** Bytes of an earlier attempt that this one goes on with. */
  let keptBytes = 0;

  const endTransfer = () => {
    transfer?.close();
    transfer = null;
  };

  /** A transfer outlives the step that opened it, unless that one was given up: its signal is not the step's own. */
  const whileWanted = async <T>(
    signal: CancelSignal,
    step: (wanted: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const wanted = new AbortController();
    const giveUp = () => {
      wanted.abort();
      transfer?.close();
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await step(wanted.signal);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };

  const restart = async (file: PartialFile, validator: string | null): Promise<Verdict> => {
    const verdict = await file.restart(validator);
    if (verdict.ok) [hereBytes, syncedBytes, keptBytes, etag] = [0, 0, 0, validator];
    return verdict;
  };

  /** A file that was refused takes nothing more: the next attempt begins another one. */
  const drop = async (file: PartialFile, reason: Reason): Promise<void> => {
    endTransfer();
    await file.quarantine(reason);
    await file.close();
    partial = null;
  };

  /** Without a strong validator a part of the file cannot be gone on with: it may be of another file. */
  const dropUnbound = async (file: PartialFile): Promise<Done | Deny> =>
    etag === null && hereBytes > 0 && hereBytes < sizeBytes ? restart(file, null) : DONE;

  const openPartial = async (fromStart: boolean): Promise<Attempt<PartialFile>> => {
    if (partial === null) {
      const opened = await store.openPartial(spec);
      if (!opened.ok) return opened;
      partial = opened.value;
      [hereBytes, syncedBytes, etag] = [partial.resumeBytes, partial.resumeBytes, partial.etag];
    }
    keptBytes = hereBytes;
    const verdict = fromStart ? await restart(partial, null) : await dropUnbound(partial);
    return verdict.ok ? { ok: true, value: partial } : verdict;
  };

  /** Asks for the file from where it stands; a source that begins at 0 makes it begin at 0. */
  const ask = async (
    url: string | undefined,
    file: PartialFile,
    endBytes: number,
    signal: CancelSignal,
  ): Promise<Done | StepFault> => {
    if (url === undefined) return ofSource('internal_error');
    const bound = await dropUnbound(file);
    if (!bound.ok) return ofStore(bound.reason);
    const opened = await fetcher.open({ url, sizeBytes, fromBytes: hereBytes, endBytes, etag }, signal);
    if (!opened.ok) return ofSource(opened.reason);
    transfer = opened.value;
    if (transfer.fromBytes !== hereBytes || (hereBytes === 0 && etag !== transfer.etag)) {
      const verdict = await restart(file, transfer.etag);
      if (!verdict.ok) return ofStore(verdict.reason);
    }
    return { ok: true };
  };

  /** Takes what comes until `isEnough`, or the transfer ends. */
  const take = async (
    file: PartialFile,
    isEnough: () => boolean,
    onBytes: OnBytes,
  ): Promise<Done | StepFault> => {
    while (transfer !== null && !isEnough()) {
      const read = await transfer.read();
      if (!read.ok) {
        endTransfer();
        return ofSource(read.reason);
      }
      if (read.value === null) {
        endTransfer();
        break;
      }
      const written = await file.append(read.value);
      if (!written.ok) return ofStore(written.reason);
      hereBytes += read.value.byteLength;
      onBytes(hereBytes);
      if (etag !== null && clock.nowMs() - syncedAtMs >= SYNC_EVERY_MS) {
        const synced = await file.sync();
        if (!synced.ok) return ofStore(synced.reason);
        syncedBytes = hereBytes;
        syncedAtMs = clock.nowMs();
      }
    }
    return { ok: true };
  };

  const probe: ModelDownload['probe'] = async (url, fromStart, signal, onBytes) => {
    endTransfer();
    const opened = await openPartial(fromStart);
    if (!opened.ok) return ofStore(opened.reason);
    const file = opened.value;
    for (;;) {
      const header = refuseSplit(await file.header(signal));
      if (!header.ok) {
        if (!isOfTheBytes(header.reason)) return ofStore(header.reason);
        // What an earlier run left says nothing of this source.
        const isOfBefore = keptBytes > 0 && hereBytes === keptBytes;
        await drop(file, header.reason);
        return isOfBefore ? probe(url, true, signal, onBytes) : ofSource(header.reason);
      }
      if (header.value.kind === 'whole') return { ok: true, facts: header.value.facts, keptBytes };
      const { needBytes } = header.value;
      if (transfer === null) {
        const isUnbound = etag === null && hereBytes > 0;
        const endBytes = isUnbound ? sizeBytes : Math.max(needBytes, hereBytes + PROBE_BYTES);
        const asked = await ask(url, file, Math.min(endBytes, sizeBytes), signal);
        if (!asked.ok) return asked;
      }
      const taken = await take(file, () => hereBytes >= needBytes && isWhole(transfer), onBytes);
      if (!taken.ok) return taken;
    }
  };

  /** Whether the transfer goes on to the end of the file, so that it is kept for the next step. */
  const isWhole = (open: Transfer | null) => open !== null && open.endBytes === sizeBytes;

  const stream: ModelDownload['stream'] = async (url, signal, onBytes) => {
    if (partial === null) return ofStore('internal_error');
    if (transfer === null && hereBytes < sizeBytes) {
      const asked = await ask(url, partial, sizeBytes, signal);
      if (!asked.ok) return asked;
    }
    const taken = await take(partial, () => false, onBytes);
    endTransfer();
    return taken;
  };

  const verify: ModelDownload['verify'] = async (signal, onBytes) => {
    if (partial === null) return deny('internal_error');
    const verdict = await partial.verify(signal, onBytes);
    if (!verdict.ok && isOfTheBytes(verdict.reason)) await drop(partial, verdict.reason);
    return verdict;
  };

  const close = async (): Promise<void> => {
    endTransfer();
    if (partial !== null && etag !== null && hereBytes > syncedBytes) await partial.sync();
    await partial?.close();
    partial = null;
  };

  return {
    probe: (url, fromStart, signal, onBytes) =>
      whileWanted(signal, (wanted) => probe(url, fromStart, wanted, onBytes)),
    stream: (url, signal, onBytes) => whileWanted(signal, (wanted) => stream(url, wanted, onBytes)),
    verify,
    publish: async () => (await partial?.publish()) ?? deny('internal_error'),
    close,
  };
}

/** The loader would open the other parts of a split model by itself: its body is not worth asking for. */
function refuseSplit(header: Attempt<PartialHeader>): Attempt<PartialHeader> {
  if (!header.ok || header.value.kind === 'more') return header;
  const whole = evaluateWholeModel(header.value.facts);
  return whole.ok ? header : whole;
}

const DONE: Done = Object.freeze({ ok: true });

const ofSource = (reason: Reason): StepFault => ({ ok: false, of: 'source', reason });
const ofStore = (reason: Reason): StepFault => ({ ok: false, of: 'store', reason });
