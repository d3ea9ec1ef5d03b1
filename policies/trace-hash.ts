/**
 * A hash that rolls along a trace: 64 bits, as 16 hex digits. It finds torn, flipped and reordered lines and tells
 * where two runs part; it is no proof against somebody who wants to forge a trace.
 */
export const TRACE_HASH_START = '0000000000000000';

/** The hash of `text` that follows `before`: each line's hash holds all lines before it. */
export function rollHash(before: string, text: string): string {
  let low = Number.parseInt(before.slice(8, 16), 16) ^ SEED_LOW;
  let high = Number.parseInt(before.slice(0, 8), 16) ^ SEED_HIGH;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    low = imul(low ^ unit, MIX_LOW);
    high = imul(high ^ unit, MIX_HIGH);
  }
  low = imul(low ^ (low >>> 16), SPREAD_A) ^ imul(high ^ (high >>> 13), SPREAD_B);
  high = imul(high ^ (high >>> 16), SPREAD_A) ^ imul(low ^ (low >>> 13), SPREAD_B);
  return hex(high) + hex(low);
}

/** The hash of one text by itself. */
export function hashText(text: string): string {
  return rollHash(TRACE_HASH_START, text);
}

// Taken once: a look-up for each character would cost more than the hashing.
const { imul } = Math;

const SEED_LOW = 0x41c6ce57;
const SEED_HIGH = 0xdeadbeef;
const MIX_LOW = 0x5f356495;
const MIX_HIGH = 0x9e3779b1;
const SPREAD_A = 0x85ebca6b;
const SPREAD_B = 0xc2b2ae35;

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
