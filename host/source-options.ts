import type { Agent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { z } from 'zod';
import { functionSchema, textSchema } from './option-schemas.ts';

/** Where models may come from, and how a source is spoken to. Nothing of it is ever read from the environment. */
export interface SourceOptions {
  /**
   * Hosts that may be named in a pin: a host name, or `{ host, path }` for what lies below a path.
   * Default `['huggingface.co']`.
   */
  readonly allow?: readonly (string | { readonly host: string; readonly path?: string })[];
  /**
   * Hosts that a source may redirect to: a host name, or a suffix such as `.hf.co`. Default: the allowed hosts, and
   * `.hf.co` where the model hub is one of them.
   */
  readonly hops?: readonly string[];
  /**
   * Lets sources have private and loopback addresses, IP literals, names of one label and ports of their own: for a
   * mirror in your own network. Default false.
   */
  readonly privateAddresses?: boolean;
  /** Certificates in PEM that are trusted besides the built-in ones. */
  readonly ca?: string | readonly string[];
  /** Value of the `Authorization` header; the host of the pin alone gets it, and none that it redirects to. */
  readonly authorization?: string;
  /** Makes the connections in place of our own agent: for a proxy. Addresses are then judged by the proxy alone. */
  readonly agent?: Agent;
  /** Resolves names in place of `dns.lookup`. */
  readonly lookup?: LookupFunction;
}

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
    .custom<Agent>((value) => typeof value === 'object' && value !== null, 'must be an https.Agent')
    .optional(),
  lookup: functionSchema<LookupFunction>().optional(),
});
