import type { Attempt, Verdict } from './verdict.ts';

/**
 * What the supervisor asks of a runtime. Types only: nothing in them can carry a vault, a token, a keychain or a
 * credential, and nothing here is read from the environment.
 *
 * The functions do not reject: a failure is an `Attempt` or a `Verdict` with its reason.
 */
export interface RuntimeAdapterFns {
  /** Loads a verified model file and makes one context with `sequences` places. */
  readonly spawn: (request: SpawnRequest) => Promise<Attempt<RuntimeHandle>>;
  /** Brings the model's bytes to a local file and proves them. Nothing is spawned before it answered. */
  readonly download: (request: DownloadRequest) => Promise<Attempt<ModelFile>>;
  /** Decodes one real token, or sees a running sequence decode one. */
  readonly healthCheck: (handle: RuntimeHandle, signal: CancelSignal) => Promise<Verdict>;
  /** Memory the runtime holds, and the memory of its GPUs. `handle` is null before anything is loaded. */
  readonly statResources: (handle: RuntimeHandle | null) => Promise<RuntimeUsage>;
}

/** The part of `AbortSignal` that a port needs; an `AbortSignal` fits it. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Which bytes are meant: both are needed, neither is guessed. */
export interface IntegritySpec {
  /** SHA-256, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Exact size in bytes, 1 or more. */
  readonly sizeBytes: number;
}

export interface DownloadRequest extends IntegritySpec {
  /** Path of a local file. */
  readonly path: string;
  readonly signal: CancelSignal;
  /** Called with the share of the work done, 0 to 1, never falling. */
  readonly onProgress?: (ratio: number) => void;
}

export interface ModelFile {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface SpawnRequest {
  readonly modelPath: string;
  /** Tokens each sequence can hold; the model's own training length is an upper bound. */
  readonly contextTokens: number;
  /** Places in the context: as many requests as may be in flight. */
  readonly sequences: number;
  readonly signal: CancelSignal;
  /** Called with the share of the load done, 0 to 1, never falling. */
  readonly onProgress?: (ratio: number) => void;
}

/** A loaded model. What is behind it belongs to the adapter that made it. */
export interface RuntimeHandle {
  readonly facts: RuntimeFacts;
}

export interface RuntimeFacts {
  readonly contextTokens: number;
  readonly sequences: number;
  readonly threads: number;
  /** Backend in use, such as `cpu`, `cuda`, `vulkan`, `metal`. */
  readonly backend: string;
  readonly modelBytes: number;
}

/** Bytes; null where it cannot be told. */
export interface RuntimeUsage {
  readonly runtimeRamBytes: number | null;
  readonly runtimeVramBytes: number | null;
  readonly vramTotalBytes: number | null;
  readonly vramUsedBytes: number | null;
}
