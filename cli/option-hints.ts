import type { Reason } from '../index.ts';

const HINTS: { readonly [R in Reason]?: string } = {
  source_host_not_allowed: 'Its option: --allow HOST.',
  source_path_scope: 'Its option: --allow HOST/PATH.',
  source_port: 'Its option: --allow HOST:PORT.',
  allowlist_malformed: 'Write --allow as host, host:port or host/path, and --hop as host or .suffix.',
  source_address_refused: 'Its option: --allow-private-addresses.',
  source_certificate_refused: 'Its option: --ca FILE.',
  model_too_large: 'Its options: --context-tokens N, --ignore-fit.',
  store_unavailable: 'The option that names another: --dir DIR.',
  store_full: 'The option that names another place: --dir DIR.',
  pins_missing: 'The option that names another: --pins FILE.',
  signature_malformed: 'The option that names the key: --public-key KEY.',
};

/** Which option of the commands mends a reason, as a sentence behind a space; empty where none does. */
export function hintOf(reason: Reason): string {
  const hint = HINTS[reason];
  return hint === undefined ? '' : ` ${hint}`;
}
