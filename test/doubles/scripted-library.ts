import { of, Subject } from 'rxjs';
import { createCommandOutput } from '../../cli/command-output.ts';
import type { PullTools } from '../../cli/pull.ts';
import type { TransferReport, TransferState } from '../../cli/transfer-state.ts';
import type {
  AcquisitionProgress,
  LibraryOptions,
  ModelLibrary,
  ModelPin,
  PullResult,
  StoredModel,
} from '../../index.ts';
import type { Reason } from '../../policies/reasons.ts';

/** What a library is to answer; a pull of a URL that is not named here succeeds. */
export interface LibraryScript {
  /** Refusal of a pull, by the URL of its pin. */
  readonly refusals?: Readonly<Record<string, Reason>>;
  /** Pulls and measurements wait until they are cancelled. */
  readonly holds?: boolean;
  readonly measured?: Awaited<ReturnType<ModelLibrary['measure']>>;
  readonly stored?: readonly StoredModel[];
  /** Refusal of a verification or a removal, by the digest. */
  readonly bad?: Readonly<Record<string, Reason>>;
}

export interface ScriptedCommand {
  readonly tools: PullTools;
  /** Everything that was asked of the library, in order: the call and its arguments. */
  readonly calls: readonly (readonly [name: string, ...args: unknown[]])[];
  readonly opened: readonly LibraryOptions[];
  readonly shown: readonly TransferState[];
  stdout(): string;
  stderr(): string;
  /** Lines of standard output as objects. */
  objects(): readonly Record<string, unknown>[];
  interrupt(): void;
}

/** A command's tools with a library that answers from a script, and streams that are kept. */
export function scriptCommand(script: LibraryScript = {}, { json = false } = {}): ScriptedCommand {
  const calls: (readonly [string, ...unknown[]])[] = [];
  const opened: LibraryOptions[] = [];
  const shown: TransferState[] = [];
  const stdout = keepText();
  const stderr = keepText();
  let interrupted = false;
  let act = () => {};

  const output = createCommandOutput({ json, color: false }, stdout, stderr);
  const report: TransferReport = {
    show: (state) => void shown.push(state),
    note: output.note,
    settle: () => void calls.push(['settle']),
  };
  const tools: PullTools = {
    output,
    report,
    openLibrary: (options) => {
      opened.push(options);
      return createLibrary(script, calls);
    },
    onInterrupt: (what) => {
      act = what;
      const ignore = () => {
        act = () => {};
      };
      return { happened: () => interrupted, ignore };
    },
  };
  return {
    tools,
    calls,
    opened,
    shown,
    stdout: stdout.text,
    stderr: stderr.text,
    objects: () =>
      stdout
        .text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    interrupt: () => {
      interrupted = true;
      act();
    },
  };
}

/** A stream that keeps what is written to it. */
export function keepText() {
  let kept = '';
  return {
    write: (text: string) => {
      kept += text;
    },
    text: () => kept,
  };
}

export const storedModel = (changes: Partial<StoredModel> = {}): StoredModel => ({
  sha256: 'b'.repeat(64),
  sizeBytes: 3_000,
  path: '/store/sha256/b',
  isVerified: true,
  verifiedAtMs: 1,
  ...changes,
});

export const progressAt = (changes: Partial<AcquisitionProgress> = {}): AcquisitionProgress => ({
  step: 'streaming',
  receivedBytes: 420_000,
  totalBytes: 1_000_000,
  ratio: 0.42,
  bytesPerSecond: 35_100_000,
  remainingMs: 47_200,
  mirror: 0,
  attempt: 1,
  reason: null,
  ...changes,
});

function createLibrary(
  { refusals = {}, holds = false, measured, stored = [], bad = {} }: LibraryScript,
  calls: (readonly [string, ...unknown[]])[],
): ModelLibrary {
  const cancelled = new Subject<void>();
  const held = (signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      cancelled.subscribe(() => resolve());
      signal?.addEventListener('abort', () => resolve());
      if (!holds) resolve();
    });
  const endOf = async (pin: ModelPin): Promise<PullResult> => {
    await held();
    const reason = holds ? 'start_superseded' : refusals[pin.url];
    return reason === undefined
      ? { ok: true, path: `/store/${pin.sha256.slice(0, 4)}`, sizeBytes: pin.sizeBytes, downloaded: true }
      : { ok: false, reason };
  };
  return {
    pull: (pin, options) => {
      calls.push(['pull', pin, options]);
      const result = endOf(pin);
      return { progress$: of(null, progressAt()), result, cancel: () => cancelled.next() };
    },
    measure: async (url, options = {}) => {
      calls.push(['measure', url]);
      options.onProgress?.(0, 1000);
      options.onProgress?.(500, 1000);
      await held(options.signal);
      if (options.signal?.aborted === true) return { ok: false, reason: 'start_superseded' };
      return measured ?? { ok: true, sha256: 'c'.repeat(64), sizeBytes: 1000 };
    },
    list: async () => stored,
    verify: async (spec, options = {}) => {
      calls.push(['verify', spec]);
      options.onProgress?.(spec.sizeBytes / 2);
      await held(options.signal);
      const reason = bad[spec.sha256];
      if (options.signal?.aborted === true) return { ok: false, reason: 'start_superseded' };
      return reason === undefined ? { ok: true, reason: 'integrity_verified' } : { ok: false, reason };
    },
    remove: async (sha256) => {
      calls.push(['remove', sha256]);
      const reason = bad[sha256];
      return reason === undefined ? { ok: true } : { ok: false, reason };
    },
    prune: async () => ({ models: 0, partials: 0, evidence: 0, freedBytes: 0 }),
    close: () => void calls.push(['close']),
  };
}
