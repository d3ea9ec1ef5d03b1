import { BehaviorSubject, type Observable } from 'rxjs';
import { z } from 'zod';
import type { ModelSource } from '../actors/acquire-model.ts';
import type { AcquisitionProgress } from '../machines/acquisition-context.ts';
import type { Limits } from '../policies/limits.ts';
import type { Reason } from '../policies/reasons.ts';
import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import { type Attempt, allow, deny, type Verdict } from '../policies/verdict.ts';
import { type Clock, systemClock } from '../services/clock.ts';
import { measureModel } from '../services/measure-model.ts';
import type { PruneOptions, PruneReport, StoredModel } from '../services/model-store.ts';
import { createResourceProbe } from '../services/resource-probe.ts';
import { createModelAcquirer } from './model-acquirer.ts';
import {
  directorySchema,
  integerSchema,
  limitsSchema,
  mirrorsSchema,
  parseOptions,
  portSchema,
  reverifySchema,
  sha256Schema,
  sizeBytesSchema,
  textSchema,
  wrongObject,
} from './option-schemas.ts';
import type { StoreOptions } from './options.ts';
import { explainReason } from './reason-guide.ts';
import { type SourceOptions, sourceOptionsSchema } from './source-options.ts';
import { SupervisorError } from './supervisor-error.ts';

export interface LibraryOptions extends StoreOptions {
  /** Where models may come from. */
  readonly sources?: SourceOptions;
  /** Any of the limits of `DEFAULT_LIMITS` that speak of downloads and memory; the others keep their default. */
  readonly limits?: Partial<Limits>;
  /** Time, for tests. Default: the machine's monotonic clock. */
  readonly clock?: Clock;
}

/** A store of verified models on disk, and the way into it, without a runtime: for an installer, a settings page, a CLI. */
export interface ModelLibrary {
  /**
   * Brings a model into the store, unless it is there.
   *
   * @param options.fit How the model is to be run, to refuse one that can never fit before its body is downloaded;
   * default a context of 4,096 tokens, twice. `'ignore'`: not judged.
   * @throws {SupervisorError} `invalid_options`, naming each wrong field of the pin or the options and its rule.
   */
  pull(pin: ModelSource, options?: PullOptions): ModelPull;
  /**
   * Fetches a file once and tells its digest and size, to pin it by. This first contact is trusted as it is, and the
   * file is not kept.
   */
  measure(url: string, options?: MeasureOptions): Promise<MeasureResult>;
  /** Every model in the store. @throws {SupervisorError} `store_failed` */
  list(): Promise<readonly StoredModel[]>;
  /** Reads every byte of a stored model again; one that went bad is taken out of the store. */
  verify(
    spec: IntegritySpec,
    options?: { readonly signal?: AbortSignal; readonly onProgress?: (doneBytes: number) => void },
  ): Promise<Verdict>;
  /** Deletes one model. `model_not_stored` where there is none. */
  remove(sha256: string): Promise<RemoveResult>;
  /** Deletes what ended downloads left behind, and with `keep` every model that it does not name. @throws {SupervisorError} `store_failed` */
  prune(options?: PruneOptions): Promise<PruneReport>;
  /** Ends connections that are kept for later. Idempotent. */
  close(): void;
}

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export type MeasureResult =
  | ({ readonly ok: true } & IntegritySpec)
  | { readonly ok: false; readonly reason: Reason };

export type RemoveResult = { readonly ok: true } | { readonly ok: false; readonly reason: Reason };

export interface PullOptions {
  readonly fit?: { readonly contextTokens?: number; readonly sequences?: number } | 'ignore';
}

export interface ModelPull {
  /** The progress now and at every change; completes at the end. */
  readonly progress$: Observable<AcquisitionProgress | null>;
  /** Settles when everything was let go of. Never rejects. */
  readonly result: Promise<PullResult>;
  /** Ends it with `start_superseded`; what came is kept for the next pull. */
  cancel(): void;
}

export type PullResult =
  | { readonly ok: true; readonly path: string; readonly sizeBytes: number; readonly downloaded: boolean }
  | { readonly ok: false; readonly reason: Reason };

/**
 * Opens a library. Nothing is read or written before a call.
 *
 * @throws {SupervisorError} `invalid_options`, naming each wrong field and its rule.
 */
export function createModelLibrary(options: LibraryOptions): ModelLibrary {
  const { dir, reverify, sources, limits, clock } = resolveLibraryOptions(options);
  const { store, fetcher, acquirer } = createModelAcquirer({
    store: { dir, ...(reverify && { reverify }) },
    sources,
    limits,
    clock: clock ?? systemClock(),
    openProbe: createResourceProbe,
    usesGpu: true,
  });

  const pull = (given: ModelSource, options: PullOptions = {}): ModelPull => {
    const pin = parseOptions<unknown>(pinSchema, given, 'pin') as ModelSource;
    const { fit = {} } = parseOptions<unknown>(pullSchema, options, 'pull') as PullOptions;
    const controller = new AbortController();
    const progress$ = new BehaviorSubject<AcquisitionProgress | null>(null);
    const demand = fit === 'ignore' ? null : { contextTokens: 4096, sequences: 2, ...fit };
    const result = acquirer
      .acquire(pin, demand, controller.signal, (progress) => progress$.next(progress))
      .then((output): PullResult => {
        progress$.complete();
        const { sha256, sizeBytes } = pin;
        return output.ok
          ? { ok: true, path: store.pathOf(sha256), sizeBytes, downloaded: output.attempts > 0 }
          : { ok: false, reason: output.reason };
      });
    return { progress$: progress$.asObservable(), result, cancel: () => controller.abort() };
  };

  return {
    pull,
    measure: async (url, { signal = new AbortController().signal, onProgress } = {}) => {
      const measured = await measureModel(fetcher, url, signal, onProgress);
      return measured.ok ? { ok: true, ...measured.value } : { ok: false, reason: measured.reason };
    },
    list: async () => unwrap(await store.list()),
    verify: async (spec, { signal = new AbortController().signal, onProgress } = {}) => {
      const verified = await store.verify(spec, signal, onProgress);
      return verified.ok ? allow('integrity_verified') : deny(verified.reason);
    },
    remove: async (sha256) => {
      const removed = await store.remove(sha256);
      return removed.ok ? { ok: true } : { ok: false, reason: removed.reason };
    },
    prune: async (which) => unwrap(await store.prune(which)),
    close: () => fetcher.close(),
  };
}

function unwrap<T>(attempt: Attempt<T>): T {
  if (attempt.ok) return attempt.value;
  throw new SupervisorError('store_failed', attempt.reason, explainReason(attempt.reason));
}

const pinSchema = z.strictObject(
  {
    url: textSchema,
    mirrors: mirrorsSchema.optional(),
    sha256: sha256Schema,
    sizeBytes: sizeBytesSchema,
    licence: textSchema.optional(),
  },
  { error: wrongObject('must be { url, sha256, sizeBytes }') },
);

const pullSchema = z.strictObject({
  fit: z
    .union(
      [
        z.literal('ignore'),
        z.strictObject({
          contextTokens: integerSchema(1, 1_048_576).optional(),
          sequences: integerSchema(1, 64).optional(),
        }),
      ],
      { error: "must be 'ignore' or { contextTokens, sequences }" },
    )
    .optional(),
});

const librarySchema = z.strictObject({
  dir: directorySchema,
  reverify: reverifySchema.optional(),
  sources: sourceOptionsSchema.optional(),
  limits: limitsSchema,
  clock: portSchema<Clock>('nowMs', 'setTimeout', 'clearTimeout').optional(),
});

const resolveLibraryOptions = (options: unknown) =>
  parseOptions<unknown>(librarySchema, options, 'library') as Omit<LibraryOptions, 'limits'> & {
    readonly limits: Limits;
  };
