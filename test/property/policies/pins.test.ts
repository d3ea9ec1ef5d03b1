import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPinName } from '../../../policies/pin-name.ts';
import { evaluatePinsFreshness, inspectPin, inspectPins, readPins } from '../../../policies/pins.ts';
import { anyJunk, JUNK } from '../../doubles/junk.ts';
import { pinFileOf, pinOf } from '../../doubles/pin-samples.ts';

const isRefusal = (value: object) =>
  Reflect.ownKeys(value).join() === 'ok,reason' &&
  ['pins_malformed', 'pins_version'].includes((value as { readonly reason: string }).reason);

describe('junk in a file of pins', () => {
  test('[PN12] as a whole is refused with a verdict', () => {
    expect(JUNK.filter(({ make }) => readPins(make()).ok)).toEqual([]);
    fc.assert(
      fc.property(anyJunk, ({ make }) => {
        const read = readPins(make());
        return read.ok || isRefusal(read);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['version', 'sequence', 'expires', 'models'])('[PN12] is refused as its %s', (field) => {
    const allowed = JUNK.filter(({ make }) => readPins({ ...pinFileOf(), [field]: make() }).ok);
    // A file may name no model, and have neither sequence nor expiry.
    const sound = { version: [], models: ['an empty object', 'a bare object'] }[field] ?? ['undefined'];
    expect(allowed.map(({ name }) => name)).toEqual(sound);
  });

  test.each(['url', 'mirrors', 'sha256', 'sizeBytes', 'licence'])(
    '[PN12] is refused as the %s of a pin',
    (field) => {
      // An absent field may be absent; text is text, and a list may be empty.
      const sound = {
        url: ['a numeric string', '__proto__'],
        mirrors: ['undefined', 'an empty array'],
        licence: ['undefined', 'a numeric string', '__proto__'],
      }[field];
      const allowed = JUNK.filter(({ make }) => inspectPin('a', { ...pinOf(), [field]: make() }).ok);
      expect(allowed.map(({ name }) => name)).toEqual(sound ?? []);
    },
  );

  test('[PN12] is refused in every slot of the judgement of their force', () => {
    const good = [{ sequence: 1, expiresAtMs: null }, 1, 1] as const;
    expect(evaluatePinsFreshness(...good).ok).toBe(true);
    const allowed = good.flatMap((_, slot) =>
      JUNK.filter(({ make }) => {
        const slots = good.map((value, index) => (index === slot ? make() : value));
        return evaluatePinsFreshness(slots[0], slots[1], slots[2]).ok;
      }).map(({ name }) => `${slot} ${name}`),
    );
    // None seen yet is told as null.
    expect(allowed).toEqual(['2 null']);
  });

  test('[PN12] any name and any pin at once are judged without a throw', () => {
    fc.assert(
      fc.property(anyJunk, anyJunk, (name, pin) => {
        const inspected = inspectPin(name.make(), pin.make());
        return inspected.ok || inspected.rule !== undefined;
      }),
      { numRuns: 500 },
    );
  });
});

describe('any sound file of pins', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/).filter(isPinName);
  const pin = fc.record(
    {
      url: fc.string({ minLength: 1 }),
      sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
      sizeBytes: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      licence: fc.stringMatching(/^[ -~]{1,40}$/),
      mirrors: fc.array(fc.string({ minLength: 1 }), { maxLength: 8 }),
    },
    { requiredKeys: ['url', 'sha256', 'sizeBytes'] },
  );
  const models = fc.dictionary(name, pin, { maxKeys: 6 });

  test('[PN1] reads as exactly what it says', () => {
    fc.assert(
      fc.property(models, (given) => {
        const read = readPins(pinFileOf(given));
        expect(read.ok && Object.fromEntries(read.pins.models)).toEqual({ ...given });
      }),
      { numRuns: 300 },
    );
  });

  test('[PN3] with one more field anywhere is refused at that field', () => {
    const extra = fc
      .stringMatching(/^[a-z]{1,8}$/)
      .filter((key) => !(key in pinOf({ mirrors: [], licence: 'x' })));
    fc.assert(
      fc.property(extra, (key) => {
        const inspected = inspectPins(pinFileOf({ a: { ...pinOf(), [key]: 1 } }));
        return (
          !inspected.ok && inspected.pointer === `/models/a/${key}` && inspected.rule === 'field_unknown'
        );
      }),
      { numRuns: 200 },
    );
  });
});
