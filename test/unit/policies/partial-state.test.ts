import { describe, expect, test } from '@jest/globals';
import { readPartialState } from '../../../policies/partial-state.ts';

const spec = { sha256: 'a'.repeat(64), sizeBytes: 100 };
const state = { version: 1, ...spec, etag: '"v1"', syncedBytes: 40 };
const read = (change: object = {}, fileBytes: unknown = 50, wanted: unknown = spec) =>
  readPartialState(JSON.stringify({ ...state, ...change }), wanted, fileBytes);

describe('the state of a partial file', () => {
  test('[MS1] of this model, version and length is read', () => {
    expect(read()).toEqual(state);
    expect(read({ syncedBytes: 1 })?.syncedBytes).toBe(1);
    expect(read({ syncedBytes: 100 }, 100)?.syncedBytes).toBe(100);
    expect(read({ syncedBytes: 40 }, 40)?.syncedBytes).toBe(40);
  });

  test('[MS1] gives nothing but its own fields', () => {
    expect(read({ more: 1 })).toEqual(state);
  });

  test.each([
    '',
    ' ',
    '{',
    'null',
    '[]',
    '""',
    '1',
    JSON.stringify(state).slice(0, -1),
    `${JSON.stringify(state)}x`,
    '\0'.repeat(200),
    JSON.stringify({ ...state, more: 'x'.repeat(5_000) }),
    '{"__proto__":{"version":1}}',
  ])('[MS2] that is torn or no state is none: %#', (text) => {
    expect(readPartialState(text, spec, 50)).toBeNull();
  });

  test.each([
    { version: 2 },
    { version: '1' },
    { version: undefined },
    { sha256: 'b'.repeat(64) },
    { sha256: 'A'.repeat(64) },
    { sha256: undefined },
    { sizeBytes: 101 },
    { sizeBytes: '100' },
    { sizeBytes: undefined },
  ])('[MS2] of another version or model is none: %j', (change) => {
    expect(read(change)).toBeNull();
  });

  test.each([0, -1, 1.5, 101, 2 ** 53, '40', null, undefined])(
    '[MS3] that claims %p bytes is none',
    (syncedBytes) => {
      expect(read({ syncedBytes }, 1_000)).toBeNull();
    },
  );

  test('[MS3] that claims more than the file has is none', () => {
    expect(read({ syncedBytes: 51 }, 50)).toBeNull();
    expect(read({}, 0)).toBeNull();
    expect(read({}, -1)).toBeNull();
    expect(read({}, Number.NaN)).toBeNull();
  });

  const weak = [
    'W/"v1"',
    '""',
    '"',
    '',
    'v1',
    '"v1',
    'v1"',
    '"v"1"',
    '"v 1"',
    '"v\t1"',
    '"v\n1"',
    '"v\r\nX: 1"',
    '"v\0"',
    '"v\x7f"',
    '"v\u0100"',
    '"\u00e9"',
    `"${'x'.repeat(511)}"`,
    null,
    1,
    undefined,
    ['"v1"'],
  ];
  test.each(weak.map((etag) => [etag]))('[MS4] under the validator %j is none', (etag) => {
    expect(read({ etag })).toBeNull();
  });

  test.each(['"v1"', '"!"', '"a/b+c=="', `"${'x'.repeat(510)}"`])(
    '[MS4] under the strong validator %j is read',
    (etag) => {
      expect(read({ etag })?.etag).toBe(etag);
    },
  );

  test('[MS2] for a spec that is none is none', () => {
    expect(read({}, 50, { sha256: spec.sha256 })).toBeNull();
    expect(read({}, 50, null)).toBeNull();
  });
});
