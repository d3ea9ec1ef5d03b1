import { isIntegerFrom, isNumberWithin, isObject, isPlainObject, ownField } from './foreign.ts';
import { TIMER_MS_MAX } from './limits.ts';
import type { CancelSignal } from './runtime-adapter.ts';

/**
 * The options of a request, one reader each: the checked value, `undefined` where it is absent, or
 * {@link INVALID}. A reader copies what it keeps, so that a later change of the caller's object changes nothing.
 */
export const INVALID: unique symbol = Symbol('invalid');
export type Invalid = typeof INVALID;

export interface RequestMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

const MESSAGES_MAX = 10_000;
const STOP_TEXTS_MAX = 16;
const STOP_TEXT_CHARS_MAX = 256;
const SEED_MAX = 2 ** 32 - 1;
const TOP_K_MAX = 1_000_000;
const TEMPERATURE_MAX = 5;

/** 0 to 5. */
export function readTemperature(value: unknown): number | undefined | Invalid {
  return value === undefined || isNumberWithin(value, 0, TEMPERATURE_MAX) ? value : INVALID;
}

/** Above 0, up to 1. */
export function readTopP(value: unknown): number | undefined | Invalid {
  return value === undefined || (isNumberWithin(value, 0, 1) && value > 0) ? value : INVALID;
}

/** Whole, 0 (off) to a million. */
export function readTopK(value: unknown): number | undefined | Invalid {
  return value === undefined || isIntegerWithin(value, 0, TOP_K_MAX) ? value : INVALID;
}

/** 0 to 1. */
export function readMinP(value: unknown): number | undefined | Invalid {
  return value === undefined || isNumberWithin(value, 0, 1) ? value : INVALID;
}

/** Whole, 32 bits without sign. */
export function readSeed(value: unknown): number | undefined | Invalid {
  return value === undefined || isIntegerWithin(value, 0, SEED_MAX) ? value : INVALID;
}

/** Any finite number (JSON keeps no other): its range is a limit, and limits are judged later. */
export function readMaxTokens(value: unknown): number | undefined | Invalid {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value)) ? value : INVALID;
}

/** Whole milliseconds from 1 to what a timer can wait. */
export function readDeadlineMs(value: unknown): number | undefined | Invalid {
  return value === undefined || isIntegerWithin(value, 1, TIMER_MS_MAX) ? value : INVALID;
}

export function readWait(value: unknown): boolean | undefined | Invalid {
  return value === undefined || typeof value === 'boolean' ? value : INVALID;
}

/** One text or up to 16; none is empty or longer than 256 UTF-16 units. */
export function readStop(value: unknown): readonly string[] | undefined | Invalid {
  if (value === undefined) return undefined;
  const texts = typeof value === 'string' ? [value] : readList(value, STOP_TEXTS_MAX);
  return texts?.every(isStopText) ? texts : INVALID;
}

/** What has the shape of an `AbortSignal`; the fields may be inherited, as those of a real one are. */
export function readSignal(
  value: unknown,
): { readonly signal: CancelSignal; readonly aborted: boolean } | undefined | Invalid {
  if (value === undefined) return undefined;
  if (!isObject(value)) return INVALID;
  const signal = value as CancelSignal;
  const aborted: unknown = signal.aborted;
  const listens = typeof signal.addEventListener === 'function';
  const forgets = typeof signal.removeEventListener === 'function';
  return typeof aborted === 'boolean' && listens && forgets ? { signal, aborted } : INVALID;
}

/** 1 to 10,000 messages of exactly a role and a content. */
export function readMessages(value: unknown): readonly RequestMessage[] | Invalid {
  const list = readList(value, MESSAGES_MAX);
  if (list === null) return INVALID;
  const messages: RequestMessage[] = [];
  for (const entry of list) {
    const message = readMessage(entry);
    if (message === null) return INVALID;
    messages.push(message);
  }
  return messages;
}

function readMessage(value: unknown): RequestMessage | null {
  if (!isPlainObject(value) || Reflect.ownKeys(value).length !== 2) return null;
  const role = ownField(value, 'role');
  const content = ownField(value, 'content');
  if (role !== 'system' && role !== 'user' && role !== 'assistant') return null;
  return typeof content === 'string' ? { role, content } : null;
}

/** A copy of an array of 1 to `max` entries. */
function readList(value: unknown, max: number): readonly unknown[] | null {
  if (!Array.isArray(value)) return null;
  const length: unknown = value.length;
  if (!isIntegerWithin(length, 1, max)) return null;
  return Array.from({ length }, (_, index) => ownField(value, String(index)));
}

function isStopText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= STOP_TEXT_CHARS_MAX;
}

function isIntegerWithin(value: unknown, min: number, max: number): value is number {
  return isIntegerFrom(value, min) && value <= max;
}
