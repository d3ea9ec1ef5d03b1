import type { InspectionEvent } from 'xstate';
import { z } from 'zod';
import {
  DEFAULT_LIMITS,
  LIMIT_NAMES,
  LIMIT_ORDER,
  LIMIT_RULES,
  type LimitName,
  type Limits,
} from '../policies/limits.ts';
import type { IntegritySpec, RuntimeAdapterFns } from '../policies/runtime-adapter.ts';
import type { Clock } from '../services/clock.ts';
import type { Logger } from '../services/logger.ts';
import type { ResourceProbe } from '../services/resource-probe.ts';
import type { Runtime } from '../services/runtime.ts';
import { SupervisorError } from './supervisor-error.ts';

export interface SupervisorOptions {
  /** The model file and the bytes it must have. */
  readonly model: ModelOptions;
  /** Any of the limits of `DEFAULT_LIMITS`; the others keep their default. */
  readonly limits?: Partial<Limits>;
  readonly runtime?: RuntimeOptions;
  /** Hears what the supervisor and the native library have to say; without it nobody does. */
  readonly logger?: Logger;
  /** Time, for tests: everything that waits waits on it. Default: the machine's monotonic clock. */
  readonly clock?: Clock;
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
  readonly download?: RuntimeAdapterFns['download'];
  /** Called whenever somebody begins to listen; the probe is disposed when nobody does. */
  readonly openProbe?: () => ResourceProbe;
}

/** Options with every default filled in. */
export interface ResolvedOptions extends Omit<SupervisorOptions, 'limits' | 'runtime'> {
  readonly limits: Limits;
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
  const parsed = parse(options);
  if (!parsed.success) {
    throw invalidOptions(parsed.error.issues.map(describe).join(' '), parsed.error);
  }
  return parsed.data as ResolvedOptions;
}

function parse(options: unknown) {
  try {
    return optionsSchema.safeParse(options);
  } catch (error) {
    // The schema lets through what a getter or a proxy of the caller throws.
    throw invalidOptions('options must be plain objects: reading them threw.', error);
  }
}

function invalidOptions(explanation: string, cause: unknown): SupervisorError {
  const message = `Invalid supervisor options. ${explanation}`;
  return new SupervisorError('invalid_options', 'options_invalid', message, cause);
}

const limitSchema = (name: LimitName) => {
  const { unit, min, max } = LIMIT_RULES[name];
  const rule = `must be ${unit === 'ratio' ? 'a number' : 'an integer'} from ${min} to ${max} (${unit})`;
  const number = z.number({ error: rule }).min(min, rule).max(max, rule);
  return (unit === 'ratio' ? number : number.int(rule)).default(DEFAULT_LIMITS[name]);
};

const limitsSchema = z
  .strictObject(Object.fromEntries(LIMIT_NAMES.map((name) => [name, limitSchema(name)])))
  .superRefine((limits, context) => {
    for (const [lower, upper] of LIMIT_ORDER) {
      if ((limits[lower] ?? 0) <= (limits[upper] ?? 0)) continue;
      context.addIssue({ code: 'custom', path: [lower], message: `must not be above limits.${upper}` });
    }
  });

/** An object that has all of these functions; what they do is judged when they are called. */
const portSchema = <T>(...names: (keyof T & string)[]) =>
  z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
    `must be an object with the functions ${names.join(', ')}`,
  );

const functionSchema = <T>() => z.custom<T>((value) => typeof value === 'function', 'must be a function');

const optionsSchema = z.strictObject({
  model: z.strictObject(
    {
      path: z
        .string('must be the path of a file')
        .min(1, 'must not be empty')
        .refine((path) => !path.includes('\0'), 'must not hold a NUL character'),
      sha256: z
        .string('must be 64 lower-case hex digits')
        .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
      sizeBytes: z
        .number('must be an integer from 1')
        .int('must be an integer from 1')
        .min(1, 'must be an integer from 1'),
    },
    { error: wrongObject('must be { path, sha256, sizeBytes }') },
  ),
  limits: limitsSchema.default(DEFAULT_LIMITS as never),
  runtime: z
    .strictObject({
      gpu: z
        .union([z.literal(false), z.enum(['auto', 'cuda', 'vulkan', 'metal'])], {
          error: "must be 'auto', false, 'cuda', 'vulkan' or 'metal'",
        })
        .default('auto'),
      threads: integer(1, 256).optional(),
      contextTokens: integer(8, 1_048_576).default(4096),
    })
    .default({ gpu: 'auto', contextTokens: 4096 }),
  logger: portSchema<Logger>('debug', 'info', 'warn', 'error').optional(),
  clock: portSchema<Clock>('nowMs', 'setTimeout', 'clearTimeout').optional(),
  inspect: functionSchema<(event: InspectionEvent) => void>().optional(),
  jitterSeed: integer(0, 4_294_967_295).optional(),
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
      openProbe: functionSchema<() => ResourceProbe>().optional(),
    })
    .optional(),
});

function integer(min: number, max: number) {
  const rule = `must be an integer from ${min} to ${max}`;
  return z.number({ error: rule }).int(rule).min(min, rule).max(max, rule);
}

/** Unknown keys keep zod's own message; anything else says what the object should be. */
function wrongObject(rule: string) {
  return (issue: { code?: string }) => (issue.code === 'unrecognized_keys' ? undefined : rule);
}

function describe(issue: z.core.$ZodIssue): string {
  const field = ['options', ...issue.path.map(String)].join('.');
  if (issue.code !== 'unrecognized_keys') return `${field} ${issue.message}.`;
  return issue.keys.map((key) => `${field}.${key} is not an option.`).join(' ');
}
