import { isIntegerFrom, isObject, isPlainObject, ownField } from './foreign.ts';
import { isPinName } from './pin-name.ts';
import { readUtcTimeMs } from './utc-time.ts';
import { allow, type Deny, deny, failClosed, type Verdict } from './verdict.ts';

/** Where the bytes of a model come from, and which bytes they must be. */
export interface ModelPin {
  /** Judged by the source rule when it is fetched. */
  readonly url: string;
  /** Asked in this order when `url` fails; at most 8. */
  readonly mirrors?: readonly string[];
  /** SHA-256, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Exact size in bytes, 1 or more. */
  readonly sizeBytes: number;
  /** Printable ASCII of 1 to 200 characters, such as an SPDX expression. For people; nothing is judged by it. */
  readonly licence?: string;
}

/** A file of pins that was read once and judged. */
export interface Pins {
  /** Grows with each version of the file, from 1; null where it has none. */
  readonly sequence: number | null;
  /** The moment from which the file is no longer in force, as it is written there; null for never. */
  readonly expires: string | null;
  /** The same in ms since 1970. */
  readonly expiresAtMs: number | null;
  /** In the order of the file. */
  readonly models: ReadonlyMap<string, ModelPin>;
}

/** The rule that the first wrong part of a file of pins broke. */
export type PinRule =
  | 'plain_object'
  | 'field_unknown'
  | 'version'
  | 'sequence'
  | 'expires'
  | 'models'
  | 'name'
  | 'url'
  | 'sha256'
  | 'size'
  | 'licence'
  | 'mirrors';

/** `pointer` is a JSON pointer (RFC 6901), made of what the file says: escape it before it is shown. */
export type PinsProblem = Deny<'pins_malformed' | 'pins_version'> & {
  readonly pointer: string;
  readonly rule: PinRule;
};
export type InspectedPin = { readonly ok: true; readonly pin: ModelPin } | PinsProblem;
export type InspectedPins = { readonly ok: true; readonly pins: Pins } | PinsProblem;

export const PIN_MODELS_MAX = 1024;
export const PIN_MIRRORS_MAX = 8;
export const PIN_LICENCE_CHARS_MAX = 200;

const MALFORMED = Object.freeze(deny('pins_malformed'));
const VERSION = Object.freeze(deny('pins_version'));
const VALID = Object.freeze(allow('pins_valid'));
const EXPIRED = Object.freeze(deny('pins_expired'));
const ROLLED_BACK = Object.freeze(deny('pins_rolled_back'));

const FORMAT_VERSION = 1;
const FILE_FIELDS = ['version', 'sequence', 'expires', 'models'];
const PIN_FIELDS = ['url', 'sha256', 'sizeBytes', 'licence', 'mirrors'];
const SHA256_HEX = /^[0-9a-f]{64}$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * Reads what a file of pins holds, as `JSON.parse` gives it. The schema is closed: a field that is not known spoils
 * the file, since it may be a known one misspelt. URLs are not judged here beyond being text.
 *
 * @returns The pins, or `pins_version` for a file of another format, or `pins_malformed`.
 */
export function readPins(value: unknown): { readonly ok: true; readonly pins: Pins } | Deny {
  const inspected = inspectPins(value);
  if (inspected.ok) return inspected;
  return inspected.reason === 'pins_version' ? VERSION : MALFORMED;
}

/** The same, with the place of the first problem and the rule that was broken. */
export function inspectPins(value: unknown): InspectedPins {
  return failClosed<InspectedPins>(() => inspect(value), problem('', 'plain_object'));
}

/** Reads one pin under its name; a problem is told as a part of the file that would hold it. */
export function inspectPin(name: unknown, pin: unknown): InspectedPin {
  return failClosed<InspectedPin>(() => inspectModel(name, pin), problem('', 'plain_object'));
}

/**
 * Judges whether pins are in force.
 *
 * @param nowMs Milliseconds since 1970.
 * @param highestSequenceSeen The highest sequence that was ever seen in force; null for none. Against it a file
 * without a sequence counts as older.
 * @returns `pins_valid`, `pins_rolled_back`, `pins_expired` from the very moment they expire, or `pins_malformed`.
 */
export function evaluatePinsFreshness(pins: unknown, nowMs: unknown, highestSequenceSeen: unknown): Verdict {
  return failClosed<Verdict>(() => {
    if (!isObject(pins)) return MALFORMED;
    const sequence = ownField(pins, 'sequence');
    const expiresAtMs = ownField(pins, 'expiresAtMs');
    if (sequence !== null && !isIntegerFrom(sequence, 1)) return MALFORMED;
    if (expiresAtMs !== null && !isIntegerFrom(expiresAtMs, Number.MIN_SAFE_INTEGER)) return MALFORMED;
    if (!Number.isFinite(nowMs) || (nowMs as number) < 0) return MALFORMED;
    if (highestSequenceSeen !== null && !isIntegerFrom(highestSequenceSeen, 1)) return MALFORMED;
    if (highestSequenceSeen !== null && (sequence ?? 0) < highestSequenceSeen) return ROLLED_BACK;
    return expiresAtMs !== null && (nowMs as number) >= expiresAtMs ? EXPIRED : VALID;
  }, MALFORMED);
}

function inspect(value: unknown): InspectedPins {
  if (!isPlainObject(value)) return problem('', 'plain_object');
  // The version comes first: a file of another format may have other fields.
  const version = ownField(value, 'version');
  if (version !== FORMAT_VERSION) {
    return isIntegerFrom(version, 1)
      ? { ...VERSION, pointer: '/version', rule: 'version' }
      : problem('/version', 'version');
  }
  const unknown = unknownField(value, FILE_FIELDS);
  if (unknown !== null) return problem(`/${escapeKey(unknown)}`, 'field_unknown');

  const sequence = ownField(value, 'sequence');
  if (sequence !== undefined && !isIntegerFrom(sequence, 1)) return problem('/sequence', 'sequence');
  const expires = ownField(value, 'expires');
  const expiresAtMs = typeof expires === 'string' ? readUtcTimeMs(expires) : null;
  if (expires !== undefined && (typeof expires !== 'string' || expiresAtMs === null)) {
    return problem('/expires', 'expires');
  }

  const listed = ownField(value, 'models');
  if (!isPlainObject(listed)) return problem('/models', 'models');
  const names = Reflect.ownKeys(listed);
  if (names.length > PIN_MODELS_MAX) return problem('/models', 'models');
  const models = new Map<string, ModelPin>();
  for (const name of names) {
    const read = inspectModel(name, (listed as Record<PropertyKey, unknown>)[name]);
    if (!read.ok) return read;
    models.set(String(name), read.pin);
  }
  return {
    ok: true,
    pins: Object.freeze({ sequence: sequence ?? null, expires: expires ?? null, expiresAtMs, models }),
  };
}

function inspectModel(name: unknown, value: unknown): InspectedPin {
  const at = `/models/${typeof name === 'string' ? escapeKey(name) : ''}`;
  if (!isPinName(name)) return problem(at, 'name');
  if (!isPlainObject(value)) return problem(at, 'plain_object');
  const unknown = unknownField(value, PIN_FIELDS);
  if (unknown !== null) return problem(`${at}/${escapeKey(unknown)}`, 'field_unknown');

  const url = ownField(value, 'url');
  if (!isText(url)) return problem(`${at}/url`, 'url');
  const sha256 = ownField(value, 'sha256');
  if (typeof sha256 !== 'string' || !SHA256_HEX.test(sha256)) return problem(`${at}/sha256`, 'sha256');
  const sizeBytes = ownField(value, 'sizeBytes');
  if (!isIntegerFrom(sizeBytes, 1)) return problem(`${at}/sizeBytes`, 'size');
  const licence = ownField(value, 'licence');
  if (licence !== undefined && !isLicence(licence)) return problem(`${at}/licence`, 'licence');

  const mirrors: string[] = [];
  const listed = ownField(value, 'mirrors');
  if (listed !== undefined) {
    if (!Array.isArray(listed)) return problem(`${at}/mirrors`, 'mirrors');
    const length: unknown = listed.length;
    if (!isIntegerFrom(length, 0) || length > PIN_MIRRORS_MAX) return problem(`${at}/mirrors`, 'mirrors');
    for (let index = 0; index < length; index += 1) {
      const mirror = ownField(listed, String(index));
      if (!isText(mirror)) return problem(`${at}/mirrors/${index}`, 'url');
      mirrors.push(mirror);
    }
  }
  return {
    ok: true,
    pin: Object.freeze({
      url,
      ...(listed === undefined ? {} : { mirrors: Object.freeze(mirrors) }),
      sha256,
      sizeBytes,
      ...(licence === undefined ? {} : { licence }),
    }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isLicence(value: unknown): value is string {
  return typeof value === 'string' && value.length <= PIN_LICENCE_CHARS_MAX && PRINTABLE.test(value);
}

/** The first own key that is none of these; a symbol is told as an empty name. */
function unknownField(value: object, known: readonly string[]): string | null {
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') return '';
    if (!known.includes(key)) return key;
  }
  return null;
}

function problem(pointer: string, rule: PinRule): PinsProblem {
  return { ...MALFORMED, pointer, rule };
}

/** As RFC 6901 has it. */
function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
