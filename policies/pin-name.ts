const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Names that Windows keeps for devices, whatever their extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Whether a model may have this name: 1 to 64 of `a-z 0-9 . _ -`, a letter or digit first and no dot last, so that
 * it is a file name anywhere; no Windows device, and no 64 hex digits, which would be taken for a digest.
 */
export function isPinName(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    NAME.test(name) &&
    !name.endsWith('.') &&
    !DEVICE.test(name) &&
    !DIGEST.test(name)
  );
}
