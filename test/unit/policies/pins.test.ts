import { describe, expect, test } from '@jest/globals';
import { isPinName } from '../../../policies/pin-name.ts';
import {
  evaluatePinsFreshness,
  inspectPin,
  inspectPins,
  type Pins,
  readPins,
} from '../../../policies/pins.ts';
import { pinFileOf, pinOf } from '../../doubles/pin-samples.ts';

const problemOf = (value: unknown) => {
  const inspected = inspectPins(value);
  if (inspected.ok) throw new Error('it was not refused');
  return [inspected.reason, inspected.pointer, inspected.rule];
};
const modelsOf = (value: unknown) => {
  const read = readPins(value);
  if (!read.ok) throw new Error(read.reason);
  return read.pins;
};

describe('a file of pins', () => {
  test('[PN1] reads as its pins, under their names and in their order', () => {
    const bare = pinOf();
    const full = pinOf({
      mirrors: ['https://a.example/x', 'https://b.example/x'],
      licence: 'Apache-2.0 OR MIT',
    });
    const pins = modelsOf(
      pinFileOf({ small: bare, '7b.q4_k-m': full }, { sequence: 3, expires: '2027-01-01T00:00:00Z' }),
    );
    expect([...pins.models]).toEqual([
      ['small', bare],
      ['7b.q4_k-m', full],
    ]);
    expect(pins).toMatchObject({
      sequence: 3,
      expires: '2027-01-01T00:00:00Z',
      expiresAtMs: Date.UTC(2027, 0, 1),
    });
  });

  test('[PN1] may name no model, and has no sequence and no expiry unless it says so', () => {
    expect(modelsOf({ version: 1, models: {} })).toEqual({
      sequence: null,
      expires: null,
      expiresAtMs: null,
      models: new Map(),
    });
  });

  test.each([0, -1, 1.5, '1', null, undefined, true, 2 ** 53])(
    '[PN2] whose version is %p is malformed',
    (version) => {
      expect(problemOf({ version, models: {} })).toEqual(['pins_malformed', '/version', 'version']);
    },
  );

  test('[PN2] of another version is told as such, whatever else it holds', () => {
    expect(problemOf({ version: 2, pins: [] })).toEqual(['pins_version', '/version', 'version']);
    expect(readPins({ version: 2, pins: [] })).toEqual({ ok: false, reason: 'pins_version' });
  });

  test.each([
    ['a text', '', 'plain_object', 'pins'],
    ['a list', '', 'plain_object', []],
    ['nothing', '', 'plain_object', null],
    ['a field too many', '/model', 'field_unknown', { ...pinFileOf(), model: {} }],
    ['a sequence of 0', '/sequence', 'sequence', pinFileOf({}, { sequence: 0 })],
    ['a sequence of null', '/sequence', 'sequence', pinFileOf({}, { sequence: null })],
    ['a broken sequence', '/sequence', 'sequence', pinFileOf({}, { sequence: 1.5 })],
    ['an expiry that is no text', '/expires', 'expires', pinFileOf({}, { expires: 1790000000 })],
    ['an expiry of null', '/expires', 'expires', pinFileOf({}, { expires: null })],
    ['an expiry without a time', '/expires', 'expires', pinFileOf({}, { expires: '2027-01-01' })],
    ['no models', '/models', 'models', { version: 1 }],
    ['a list of models', '/models', 'models', { version: 1, models: [pinOf()] }],
    ['a pin that is a text', '/models/a', 'plain_object', pinFileOf({ a: 'https://a.example/x' })],
    [
      'a pin with a field too many',
      '/models/a/size',
      'field_unknown',
      pinFileOf({ a: { ...pinOf(), size: 1 } }),
    ],
    ['a pin without a URL', '/models/a/url', 'url', pinFileOf({ a: { ...pinOf(), url: undefined } })],
    ['a pin with an empty URL', '/models/a/url', 'url', pinFileOf({ a: pinOf({ url: '' }) })],
    [
      'an upper-case digest',
      '/models/a/sha256',
      'sha256',
      pinFileOf({ a: pinOf({ sha256: 'A'.repeat(64) }) }),
    ],
    ['a short digest', '/models/a/sha256', 'sha256', pinFileOf({ a: pinOf({ sha256: 'a'.repeat(63) }) })],
    [
      'a digest and a newline',
      '/models/a/sha256',
      'sha256',
      pinFileOf({ a: pinOf({ sha256: `${'a'.repeat(64)}\n` }) }),
    ],
    ['a size of 0', '/models/a/sizeBytes', 'size', pinFileOf({ a: pinOf({ sizeBytes: 0 }) })],
    ['a size as text', '/models/a/sizeBytes', 'size', pinFileOf({ a: { ...pinOf(), sizeBytes: '1' } })],
    ['an inexact size', '/models/a/sizeBytes', 'size', pinFileOf({ a: pinOf({ sizeBytes: 2 ** 53 }) })],
    ['an empty licence', '/models/a/licence', 'licence', pinFileOf({ a: pinOf({ licence: '' }) })],
    [
      'a licence that speaks to a terminal',
      '/models/a/licence',
      'licence',
      pinFileOf({ a: pinOf({ licence: '\u001b[2J' }) }),
    ],
    [
      'mirrors as text',
      '/models/a/mirrors',
      'mirrors',
      pinFileOf({ a: { ...pinOf(), mirrors: 'https://a.example' } }),
    ],
    [
      'a mirror that is no text',
      '/models/a/mirrors/1',
      'url',
      pinFileOf({ a: { ...pinOf(), mirrors: ['https://a.example/x', 7] } }),
    ],
  ] as const)('[PN3] with %s is malformed at "%s" by the rule %s', (_, pointer, rule, value) => {
    expect(problemOf(value)).toEqual(['pins_malformed', pointer, rule]);
    expect(readPins(value)).toEqual({ ok: false, reason: 'pins_malformed' });
  });

  test('[PN3] of several problems tells the first in the order of the file', () => {
    const value = pinFileOf({ good: pinOf(), bad: { ...pinOf(), sizeBytes: 0 }, worse: null });
    expect(problemOf(value)).toEqual(['pins_malformed', '/models/bad/sizeBytes', 'size']);
  });

  test('[PN4] has its pointer escaped as RFC 6901 has it', () => {
    expect(problemOf({ ...pinFileOf(), 'a/b~c': 1 })[1]).toBe('/a~1b~0c');
    expect(problemOf(pinFileOf({ 'x/y': pinOf() }))[1]).toBe('/models/x~1y');
  });

  test.each([
    [
      '1,024 models',
      pinFileOf(Object.fromEntries(Array.from({ length: 1024 }, (_, index) => [`m${index}`, pinOf()]))),
      true,
    ],
    [
      '1,025 models',
      pinFileOf(Object.fromEntries(Array.from({ length: 1025 }, (_, index) => [`m${index}`, pinOf()]))),
      false,
    ],
    ['8 mirrors', pinFileOf({ a: pinOf({ mirrors: Array(8).fill('https://a.example/x') }) }), true],
    ['9 mirrors', pinFileOf({ a: pinOf({ mirrors: Array(9).fill('https://a.example/x') }) }), false],
    ['a licence of 200 characters', pinFileOf({ a: pinOf({ licence: 'x'.repeat(200) }) }), true],
    ['a licence of 201 characters', pinFileOf({ a: pinOf({ licence: 'x'.repeat(201) }) }), false],
  ])('[PN5] with %s is judged by the bound', (_, value, allowed) => {
    expect(readPins(value).ok).toBe(allowed);
  });

  test.each([
    ['as a field', '{"version":1,"models":{},"__proto__":{"x":1}}', '/__proto__'],
    ['as a name', '{"version":1,"models":{"__proto__":{}}}', '/models/__proto__'],
    [
      'in a pin',
      '{"version":1,"models":{"a":{"__proto__":{"url":"https://a.example"}}}}',
      '/models/a/__proto__',
    ],
  ])('[PN6] with __proto__ %s is refused, and no prototype changes', (_, text, pointer) => {
    expect(problemOf(JSON.parse(text))[1]).toBe(pointer);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test('[PN6] reads a name of the object prototype as a name like any other', () => {
    const { models } = modelsOf(pinFileOf({ constructor: pinOf() }));
    expect(models.get('constructor')).toEqual(pinOf());
    expect(modelsOf(pinFileOf({})).models.get('constructor')).toBeUndefined();
  });

  test('[PN7] is read once, into what is its own', () => {
    let asked = 0;
    const mirrors = ['https://a.example/x'];
    const pin = { ...pinOf(), mirrors };
    const get = () => {
      asked += 1;
      return `https://a.example/${asked}`;
    };
    Object.defineProperty(pin, 'url', { enumerable: true, get });
    const { models } = modelsOf(pinFileOf({ a: pin }));
    mirrors[0] = 'https://evil.example/x';
    expect(models.get('a')).toMatchObject({ url: 'https://a.example/1', mirrors: ['https://a.example/x'] });
    expect(asked).toBe(1);
    expect(Object.isFrozen(models.get('a'))).toBe(true);
  });

  test('[PN7] one pin alone is judged as in a file', () => {
    expect(inspectPin('small', pinOf())).toEqual({ ok: true, pin: pinOf() });
    expect(inspectPin('Small', pinOf())).toMatchObject({ pointer: '/models/Small', rule: 'name' });
    expect(inspectPin('small', { ...pinOf(), sizeBytes: 0 })).toMatchObject({
      pointer: '/models/small/sizeBytes',
    });
  });
});

describe('the name of a pin', () => {
  test.each([
    'a',
    '7b',
    'small',
    'q4_k_m',
    'a.b-c_d',
    'con1',
    'console',
    'com',
    'x'.repeat(64),
    'constructor',
  ])('[PN8] may be %s', (name) => expect(isPinName(name)).toBe(true));

  test.each([
    '',
    'x'.repeat(65),
    'Small',
    '.a',
    '-a',
    '_a',
    'a.',
    'a b',
    'a/b',
    '..',
    'a\\b',
    'a:b',
    'é',
    'a\n',
    'a\0',
    'con',
    'prn',
    'aux',
    'nul',
    'com1',
    'com9',
    'lpt1',
    'lpt9',
    'nul.gguf',
    'con.a.b',
    'com1.x',
    'a'.repeat(64),
    '0123456789abcdef'.repeat(4),
    7,
    null,
  ])('[PN8] may not be %j', (name) => expect(isPinName(name)).toBe(false));
});

describe('pins in force', () => {
  const pins = (changes: Partial<Pins> = {}) => ({
    sequence: 5,
    expires: null,
    expiresAtMs: null,
    ...changes,
  });
  const EXPIRY_MS = Date.UTC(2027, 0, 1);

  test.each([
    ['before they expire', pins({ expiresAtMs: EXPIRY_MS }), EXPIRY_MS - 1, null, 'pins_valid'],
    ['at the moment they expire', pins({ expiresAtMs: EXPIRY_MS }), EXPIRY_MS, null, 'pins_expired'],
    ['after they expire', pins({ expiresAtMs: EXPIRY_MS }), EXPIRY_MS + 1, null, 'pins_expired'],
    ['that never expire', pins(), Number.MAX_SAFE_INTEGER, null, 'pins_valid'],
    ['whose end is before 1970', pins({ expiresAtMs: -1 }), 0, null, 'pins_expired'],
  ])('[PN10] %s', (_, given, nowMs, highest, reason) => {
    expect(evaluatePinsFreshness(given, nowMs, highest).reason).toBe(reason);
  });

  test.each([
    ['the first to be seen', pins(), null, 'pins_valid'],
    ['of the highest sequence seen', pins(), 5, 'pins_valid'],
    ['of a higher sequence', pins(), 4, 'pins_valid'],
    ['of a lower sequence', pins(), 6, 'pins_rolled_back'],
    ['without a sequence, where none was seen', pins({ sequence: null }), null, 'pins_valid'],
    ['without a sequence, where one was seen', pins({ sequence: null }), 1, 'pins_rolled_back'],
    ['older and expired', pins({ expiresAtMs: 0 }), 6, 'pins_rolled_back'],
  ])('[PN11] %s', (_, given, highest, reason) => {
    expect(evaluatePinsFreshness(given, 1, highest).reason).toBe(reason);
  });
});
