import { z } from 'zod';
import type { HttpsFetcherOptions } from '../services/https-fetcher.ts';
import { functionSchema, textSchema } from './option-schemas.ts';

/**
 * Where models may come from, and how a source is spoken to. Nothing of it is ever read from the environment.
 * `allow` is `['huggingface.co']` unless the host says otherwise.
 */
export type SourceOptions = Partial<HttpsFetcherOptions>;

/** The model hub: the one source that is allowed unless the host says otherwise. */
export const DEFAULT_ALLOW: readonly string[] = ['huggingface.co'];

/** Hosts, paths and suffixes are judged by the source rule itself; here is looked at what kind of values they are. */
export const sourceOptionsSchema = z.strictObject({
  allow: z
    .array(
      z.union([z.string(), z.strictObject({ host: z.string(), path: z.string().optional() })], {
        error: 'must be a host name or { host, path }',
      }),
      { error: 'must be a list of host names or { host, path }' },
    )
    .optional(),
  hops: z
    .array(z.string({ error: 'must be a host name or a suffix such as ".hf.co"' }), {
      error: 'must be a list of host names',
    })
    .optional(),
  privateAddresses: z.boolean({ error: 'must be true or false' }).optional(),
  ca: z
    .union([textSchema, z.array(textSchema)], {
      error: 'must be certificates in PEM, as text or a list of texts',
    })
    .optional(),
  authorization: textSchema.regex(/^[\x20-\x7e]+$/, 'must be one line of printable ASCII').optional(),
  agent: z
    .custom<NonNullable<HttpsFetcherOptions['agent']>>(
      (value) => typeof value === 'object' && value !== null,
      'must be an https.Agent',
    )
    .optional(),
  lookup: functionSchema<NonNullable<HttpsFetcherOptions['lookup']>>().optional(),
});
