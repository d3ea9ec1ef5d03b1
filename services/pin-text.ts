import type { ModelPin, Pins } from '../policies/pins.ts';

/** The one text of a file of pins: 2 spaces, names in order, fields in a fixed order, a newline at the end. */
export function formatPins({ sequence, expires, models }: Omit<Pins, 'expiresAtMs'>): string {
  const names = [...models.keys()].sort();
  const file = {
    version: 1,
    ...(sequence === null ? {} : { sequence }),
    ...(expires === null ? {} : { expires }),
    // An object would put names that are numbers first, so the names stand in for themselves.
    models: '',
  };
  const listed = names.map(
    (name) => `${JSON.stringify(name)}: ${JSON.stringify(inOrder(models.get(name)), null, 2)}`,
  );
  const block = listed.length === 0 ? '{}' : `{\n${listed.map((entry) => indent(entry, 4)).join(',\n')}\n  }`;
  return `${JSON.stringify(file, null, 2).replace('"models": ""', () => `"models": ${block}`)}\n`;
}

function inOrder(pin: ModelPin | undefined) {
  if (pin === undefined) return {};
  const { url, mirrors, sha256, sizeBytes, licence } = pin;
  return {
    url,
    ...(mirrors === undefined ? {} : { mirrors }),
    sha256,
    sizeBytes,
    ...(licence === undefined ? {} : { licence }),
  };
}

function indent(text: string, spaces: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(spaces));
}
