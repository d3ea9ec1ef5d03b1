/** Numbers in plain words, each with its unit. What is no finite number becomes `unknown`. */

/** `4,096`, `0.25`: three figures below a thousand, whole above. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return UNKNOWN;
  if (Math.abs(count) >= 1e15) return count.toExponential(2);
  return Math.abs(count) < 1000 ? figures(count) : groupThousands(Math.round(count));
}

/** `512 B`, `3.1 GiB`: powers of 1024, as memory is built. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return UNKNOWN;
  const { unit, size } = byteUnitOf(bytes);
  return `${figures(bytes / size)} ${unit}`;
}

/** `3.1 of 16 GiB`: both in the unit of the whole. */
export function formatBytesOf(bytes: number, wholeBytes: number): string {
  if (!Number.isFinite(bytes) || !Number.isFinite(wholeBytes)) return UNKNOWN;
  const { unit, size } = byteUnitOf(wholeBytes);
  return `${figures(bytes / size)} of ${figures(wholeBytes / size)} ${unit}`;
}

/** `340 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return UNKNOWN;
  if (ms < 0) return `-${formatMs(-ms)}`;
  if (ms < 999.5) return `${ms < 10 ? figures(ms) : Math.round(ms)} ms`;
  if (ms < 59_950) return `${figures(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60_000
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${formatCount(minutes / 60)} h`;
}

/** `42 %`. */
export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${formatCount(Math.round(ratio * 100))} %` : UNKNOWN;
}

/** `18.5 tokens/s`. */
export function formatTokenRate(tokensPerSecond: number): string {
  return Number.isFinite(tokensPerSecond) ? `${formatCount(tokensPerSecond)} tokens/s` : UNKNOWN;
}

/** `12 MiB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  return Number.isFinite(bytesPerSecond) ? `${formatBytes(bytesPerSecond)}/s` : UNKNOWN;
}

/** `1 token`, `2 tokens`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const UNKNOWN = 'unknown';

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function byteUnitOf(bytes: number): { readonly unit: string; readonly size: number } {
  const power = Math.floor(Math.log2(Math.max(1, Math.abs(bytes) * 1.0005)) / 10);
  const place = Math.min(power, BYTE_UNITS.length - 1);
  return { unit: BYTE_UNITS[place] ?? 'B', size: 1024 ** place };
}

/** Three figures at most, and none behind the point that is 0; whole above 99. */
function figures(value: number): string {
  if (Math.abs(value) >= 1e15) return value.toExponential(2);
  const places = Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2;
  const scale = 10 ** places;
  const rounded = Math.round(value * scale) / scale;
  return Math.abs(rounded) < 1000 ? String(rounded) : groupThousands(rounded);
}

function groupThousands(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
