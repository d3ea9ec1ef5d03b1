import type { InspectionEvent } from 'xstate';
import { z } from 'zod';
import type { InspectorOptions } from '../inspector/index.ts';
import type { Limits } from '../policies/limits.ts';
import type { IntegritySpec, RuntimeAdapterFns } from '../policies/runtime-adapter.ts';
import type { Clock } from '../services/clock.ts';
import type { Logger } from '../services/logger.ts';
import type { ModelFetcher } from '../services/model-fetcher.ts';
import type { ModelStore } from '../services/model-store.ts';
import type { ResourceProbe } from '../services/resource-probe.ts';
import type { Runtime } from '../services/runtime.ts';
import { inspectorOptionsSchema } from './inspector-options.ts';
import {
  directorySchema,
  filePathSchema,
  functionSchema,
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
import { type SourceOptions, sourceOptionsSchema } from './source-options.ts';

export interface SupervisorOptions {
  /** The model, by the bytes it must have: a file that is here, or one that is downloaded into `store`. */
  readonly model: ModelOptions | RemoteModelOptions;
  /** Where downloaded models are kept; needed with `model.url`. */
  readonly store?: StoreOptions;
  /** Where models may come from. */
  readonly sources?: SourceOptions;
  /** `'refuse'`: a model that can never fit the memory of the machine is not downloaded. Default. */
  readonly fit?: 'refuse' | 'ignore';
  /** Any of the limits of `DEFAULT_LIMITS`; the others keep their default. */
  readonly limits?: Partial<Limits>;
  readonly runtime?: RuntimeOptions;
  /** Hears what the supervisor and the native library have to say; without it nobody does. */
  readonly logger?: Logger;
  /** Time, for tests: everything that waits waits on it. Default: the machine's monotonic clock. */
  readonly clock?: Clock;
  /**
   * Opens the inspector with the supervisor: a page that shows its trace, on this machine alone, read-only, by a token.
   * `true`: on a port that the system chooses. Its address is `supervisor.inspector`. Default `false`.
   */
  readonly inspector?: boolean | InspectorOptions;
  /** An observer of the XState actors. What it throws is caught and lost. */
  readonly inspect?: (event: InspectionEvent) => void;
  /** Seed of the jitter of restart delays, an integer from 0 to 2^32 - 1. Default: drawn at random. */
  readonly jitterSeed?: number;
  /** Other adapters in place of the real ones: for tests, or for another runtime. */
  readonly ports?: PortOptions;
}

export interface ModelOptions extends IntegritySpec {
  /** Path of a GGUF file. */
  readonly path: string;
}

export interface RemoteModelOptions extends IntegritySpec {
  /** Canonical https URL of a GGUF file; on the model hub, of a full commit. */
  readonly url: string;
  /** Other URLs of the same bytes, in the order of their preference. */
  readonly mirrors?: readonly string[];
  /** For people; nothing is judged by it. */
  readonly licence?: string;
}

export interface StoreOptions {
  /** Absolute path of a directory of its own; it is made where it is missing. */
  readonly dir: string;
  /**
   * When the bytes of a stored model are read again before a load: `'changed'`, where its record does not fit the
   * file as it lies there now (default), or `'always'`.
   */
  readonly reverify?: 'always' | 'changed';
}

export interface RuntimeOptions {
  /** `'auto'` takes the best backend there is, `false` the CPU. Default `'auto'`. */
  readonly gpu?: 'auto' | false | 'cuda' | 'vulkan' | 'metal';
  /** Compute threads, 1 to 256. Default without a GPU: all cores but one. */
  readonly threads?: number;
  /** Tokens that one request can hold, prompt and output together, 8 to 1,048,576. Default 4,096; the model may hold fewer. */
  readonly contextTokens?: number;
}

export interface PortOptions {
  readonly runtime?: Runtime;
  /** Brings the model in place of our own reading and downloading; with `model.url` it is told where in the store the file is to lie. */
  readonly download?: RuntimeAdapterFns['download'];
  /** Brings bytes from a source in place of HTTPS. */
  readonly fetcher?: ModelFetcher;
  /** Keeps models in place of `options.store`. */
  readonly store?: ModelStore;
  /** Called whenever somebody begins to listen; the probe is disposed when nobody does. */
  readonly openProbe?: () => ResourceProbe;
}

/** Options with every default filled in. */
export interface ResolvedOptions extends Omit<SupervisorOptions, 'limits' | 'runtime' | 'fit' | 'inspector'> {
  readonly limits: Limits;
  readonly fit: 'refuse' | 'ignore';
  /** Absent where none was asked for. */
  readonly inspector?: InspectorOptions | undefined;
  readonly runtime: {
    readonly gpu: 'auto' | false | 'cuda' | 'vulkan' | 'metal';
    readonly threads?: number;
    readonly contextTokens: number;
  };
}

/**
 * Judges the options once, before anything is made of them.
 *
 * @throws {SupervisorError} `invalid_options`, with a message that names each wrong field and its rule.
 */
export function resolveOptions(options: unknown): ResolvedOptions {
  return parseOptions<unknown>(optionsSchema, options, 'supervisor') as ResolvedOptions;
}

const modelSchema = z
  .strictObject(
    {
      path: filePathSchema.optional(),
      url: textSchema.optional(),
      mirrors: mirrorsSchema.optional(),
      licence: textSchema.optional(),
      sha256: sha256Schema,
      sizeBytes: sizeBytesSchema,
    },
    { error: wrongObject('must be { path, sha256, sizeBytes } or { url, sha256, sizeBytes }') },
  )
  .superRefine((model, context) => {
    const wrong = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (model.path === undefined && model.url === undefined) {
      wrong('path', 'must be the path of a file, or model.url must name where to download it');
    }
    if (model.path !== undefined && model.url !== undefined) wrong('url', 'must not stand beside model.path');
    if (model.url === undefined && model.mirrors !== undefined)
      wrong('mirrors', 'must stand beside model.url');
  });

const optionsSchema = z
  .strictObject({
    model: modelSchema,
    store: z.strictObject({ dir: directorySchema, reverify: reverifySchema.optional() }).optional(),
    sources: sourceOptionsSchema.optional(),
    fit: z.enum(['refuse', 'ignore'], { error: "must be 'refuse' or 'ignore'" }).default('refuse'),
    limits: limitsSchema,
    runtime: z
      .strictObject({
        gpu: z
          .union([z.literal(false), z.enum(['auto', 'cuda', 'vulkan', 'metal'])], {
            error: "must be 'auto', false, 'cuda', 'vulkan' or 'metal'",
          })
          .default('auto'),
        threads: integerSchema(1, 256).optional(),
        contextTokens: integerSchema(8, 1_048_576).default(4096),
      })
      .default({ gpu: 'auto', contextTokens: 4096 }),
    logger: portSchema<Logger>('debug', 'info', 'warn', 'error').optional(),
    clock: portSchema<Clock>('nowMs', 'setTimeout', 'clearTimeout').optional(),
    inspector: inspectorOptionsSchema,
    inspect: functionSchema<(event: InspectionEvent) => void>().optional(),
    jitterSeed: integerSchema(0, 4_294_967_295).optional(),
    ports: z
      .strictObject({
        runtime: portSchema<Runtime>(
          'prepare',
          'spawn',
          'healthCheck',
          'statResources',
          'generate',
          'dispose',
          'shutdown',
        ).optional(),
        download: functionSchema<RuntimeAdapterFns['download']>().optional(),
        fetcher: portSchema<ModelFetcher>('open', 'openFirst', 'close').optional(),
        store: portSchema<ModelStore>('pathOf', 'inspect', 'verify', 'lock', 'openPartial').optional(),
        openProbe: functionSchema<() => ResourceProbe>().optional(),
      })
      .optional(),
  })
  .superRefine(({ model, store, ports }, context) => {
    if (model.url === undefined || store !== undefined || ports?.store !== undefined) return;
    context.addIssue({
      code: 'custom',
      path: ['store'],
      message: 'must be { dir } where model.url is given',
    });
  });
