import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMIT_ORDER, LIMIT_RULES, type LimitName } from '../policies/limits.ts';
import { SupervisorError } from './supervisor-error.ts';

/** Pieces that the options of the public door are made of. Each says in its message what a value must be. */
export const textSchema = z.string('must be text').min(1, 'must not be empty');

export const functionSchema = <T>() =>
  z.custom<T>((value) => typeof value === 'function', 'must be a function');

/** An object that has all of these functions; what they do is judged when they are called. */
export const portSchema = <T>(...names: (keyof T & string)[]) =>
  z.custom<T>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
    `must be an object with the functions ${names.join(', ')}`,
  );

export function integerSchema(min: number, max: number) {
  const rule = `must be an integer from ${min} to ${max}`;
  return z.number({ error: rule }).int(rule).min(min, rule).max(max, rule);
}

const noNul = (text: string) => !text.includes('\0');

export const filePathSchema = z
  .string('must be the path of a file')
  .min(1, 'must not be empty')
  .refine(noNul, 'must not hold a NUL character');

export const directorySchema = z
  .string('must be the absolute path of a directory')
  .refine((path) => noNul(path) && isAbsolute(path), 'must be the absolute path of a directory');

export const reverifySchema = z.enum(['always', 'changed'], { error: "must be 'always' or 'changed'" });

export const sha256Schema = z
  .string('must be 64 lower-case hex digits')
  .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

export const sizeBytesSchema = z
  .number('must be an integer from 1')
  .int('must be an integer from 1')
  .min(1, 'must be an integer from 1');

export const mirrorsSchema = z.array(textSchema, 'must be a list of URLs').max(8, 'must not be more than 8');

const limitSchema = (name: LimitName) => {
  const { unit, min, max } = LIMIT_RULES[name];
  const rule = `must be ${unit === 'ratio' ? 'a number' : 'an integer'} from ${min} to ${max} (${unit})`;
  const number = z.number({ error: rule }).min(min, rule).max(max, rule);
  return (unit === 'ratio' ? number : number.int(rule)).default(DEFAULT_LIMITS[name]);
};

export const limitsSchema = z
  .strictObject(Object.fromEntries(LIMIT_NAMES.map((name) => [name, limitSchema(name)])))
  .superRefine((limits, context) => {
    for (const [lower, upper] of LIMIT_ORDER) {
      if ((limits[lower] ?? 0) <= (limits[upper] ?? 0)) continue;
      context.addIssue({ code: 'custom', path: [lower], message: `must not be above limits.${upper}` });
    }
  })
  .default(DEFAULT_LIMITS as never);

/**
 * Judges options once, before anything is made of them.
 *
 * @param of What the options are of, as the message says it.
 * @throws {SupervisorError} `invalid_options`, with a message that names each wrong field and its rule.
 */
export function parseOptions<T>(schema: z.ZodType<T>, options: unknown, of: string): T {
  const parsed = read(schema, options, of);
  if (parsed.success) return parsed.data;
  throw invalidOptions(of, parsed.error.issues.map(describe).join(' '), parsed.error);
}

function read<T>(schema: z.ZodType<T>, options: unknown, of: string) {
  try {
    return schema.safeParse(options);
  } catch (error) {
    // The schema lets through what a getter or a proxy of the caller throws.
    throw invalidOptions(of, 'options must be plain objects: reading them threw.', error);
  }
}

function invalidOptions(of: string, explanation: string, cause: unknown): SupervisorError {
  return new SupervisorError(
    'invalid_options',
    'options_invalid',
    `Invalid ${of} options. ${explanation}`,
    cause,
  );
}

/** Unknown keys keep zod's own message; anything else says what the object should be. */
export function wrongObject(rule: string) {
  return (issue: { code?: string }) => (issue.code === 'unrecognized_keys' ? undefined : rule);
}

function describe(issue: z.core.$ZodIssue): string {
  const field = ['options', ...issue.path.map(String)].join('.');
  if (issue.code !== 'unrecognized_keys') return `${field} ${issue.message}.`;
  return issue.keys.map((key) => `${field}.${key} is not an option.`).join(' ');
}
