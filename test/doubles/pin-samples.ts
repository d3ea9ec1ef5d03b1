import type { ModelPin } from '../../policies/pins.ts';

const COMMIT = 'a'.repeat(40);

/** A pin of the model hub, with what differs. */
export const pinOf = (changes: Partial<ModelPin> = {}): ModelPin => ({
  url: `https://huggingface.co/org/repo/resolve/${COMMIT}/small.gguf`,
  sha256: '0123456789abcdef'.repeat(4),
  sizeBytes: 2_600_000,
  ...changes,
});

/** A parsed file of pins, with what differs. */
export const pinFileOf = (
  models: Readonly<Record<string, unknown>> = { small: pinOf() },
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({ version: 1, ...changes, models });
