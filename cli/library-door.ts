/** What the commands take of the public API. Until the model library is at the public door, its types stand here. */
import type { Observable } from 'rxjs';
import type { IntegritySpec, Reason, Verdict } from '../index.ts';
import type { ModelPin } from '../policies/pins.ts';
import type { StoredModel } from '../services/model-store.ts';

export { explainPin, PIN_FILE_NAME, type PinFile, readPinFile, writePin } from '../host/pins.ts';
export type { ModelPin } from '../policies/pins.ts';
export type { StoredModel } from '../services/model-store.ts';

export interface LibraryOptions {
  readonly dir: string;
  readonly reverify?: 'always' | 'changed';
  readonly sources?: SourceOptions;
}

export interface SourceOptions {
  readonly allow?: readonly (string | { readonly host: string; readonly path?: string })[];
  readonly hops?: readonly string[];
  readonly privateAddresses?: boolean;
  readonly ca?: string | readonly string[];
}

export type AcquisitionStep =
  | 'planning'
  | 'locking'
  | 'probing'
  | 'streaming'
  | 'verifying'
  | 'publishing'
  | 'recorded'
  | 'waiting'
  | 'rejected'
  | 'failed';

export interface AcquisitionProgress {
  readonly step: AcquisitionStep;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly ratio: number;
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
  readonly mirror: number;
  readonly attempt: number;
  readonly reason: Reason | null;
}

export interface ModelPull {
  readonly progress$: Observable<AcquisitionProgress | null>;
  readonly result: Promise<PullResult>;
  cancel(): void;
}

export type PullResult =
  | { readonly ok: true; readonly path: string; readonly sizeBytes: number; readonly downloaded: boolean }
  | { readonly ok: false; readonly reason: Reason };

export interface ModelLibrary {
  pull(
    pin: ModelPin,
    options?: { readonly fit?: { readonly contextTokens?: number; readonly sequences?: number } | 'ignore' },
  ): ModelPull;
  list(): Promise<readonly StoredModel[]>;
  verify(
    spec: IntegritySpec,
    options?: { signal?: AbortSignal; onProgress?: (doneBytes: number) => void },
  ): Promise<Verdict>;
  remove(sha256: string): Promise<Verdict>;
  measure(
    url: string,
    options?: { signal?: AbortSignal; onProgress?: (doneBytes: number, totalBytes: number) => void },
  ): Promise<
    | { readonly ok: true; readonly sha256: string; readonly sizeBytes: number }
    | { readonly ok: false; readonly reason: Reason }
  >;
  close(): void;
}
