import { PIN_LICENCE_CHARS_MAX, PIN_MIRRORS_MAX, PIN_MODELS_MAX } from '../policies/pins.ts';
import { PIN_FILE_BYTES_MAX, type PinFileRefusal, type PinFileRule } from '../services/pin-file.ts';
import { explainReason } from './reason-guide.ts';

/** What a part of a file of pins must be. */
const RULES: { readonly [R in PinFileRule]: string } = {
  plain_object: 'must be an object',
  field_unknown: 'is no field of this format: check its spelling, or take it out',
  version: 'must be 1, the version of the format that this Llamero reads',
  sequence: 'must be an integer from 1',
  expires: 'must be a moment in UTC such as "2027-01-01T00:00:00Z"',
  models: `must be an object of at most ${PIN_MODELS_MAX} pins under their names`,
  name: 'is no name of a model: take 1 to 64 of a-z, 0-9, ".", "_" and "-", a letter or digit first, no "." last; no digest, and no device name such as "con"',
  url: 'must be a URL, as a text',
  sha256: 'must be 64 lower-case hex digits',
  size: 'must be the size in bytes, an integer from 1',
  licence: `must be 1 to ${PIN_LICENCE_CHARS_MAX} printable ASCII characters, such as "Apache-2.0"`,
  mirrors: `must be a list of at most ${PIN_MIRRORS_MAX} URLs`,
  unreadable:
    'cannot be read: check its permissions, that no link leads nowhere, and that nobody writes to it',
  not_regular: 'is no regular file: check the path',
  too_large: `is above ${PIN_FILE_BYTES_MAX} bytes: check which file it is`,
  encoding: 'is not UTF-8: save it as such',
  json: 'is no JSON: it may be cut off, or hold a comment or a comma too many',
};

/** Longest part of a pointer that is shown, in characters. */
const SHOWN_CHARS_MAX = 160;

/** One or two sentences for people: which file and which field, and how to mend it. */
export function describePinProblem(path: string, { reason, pointer, rule }: PinFileRefusal): string {
  if (rule === null) return `The file of pins ${path} is refused: ${explainReason(reason)}`;
  const part = pointer === '' ? 'it' : shown(pointer);
  return `The file of pins ${path} is refused: ${part} ${RULES[rule]}.`;
}

/** The same for a pin that is not in a file yet. */
export function describePinRule({ pointer, rule }: PinFileRefusal): string {
  return `The pin is refused: ${pointer === '' ? 'it' : shown(pointer)} ${RULES[rule ?? 'plain_object']}.`;
}

/** A pointer is made of what a file says, which may say anything to a terminal. */
function shown(pointer: string): string {
  const cut = pointer.length > SHOWN_CHARS_MAX ? `${pointer.slice(0, SHOWN_CHARS_MAX)}…` : pointer;
  return cut.replace(
    /[^\x20-\x7e…]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
