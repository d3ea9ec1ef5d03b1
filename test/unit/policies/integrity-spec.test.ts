import { describe, expect, test } from '@jest/globals';
import { validateIntegritySpec } from '../../../policies/integrity.ts';

const sha256 = 'a1'.repeat(32);
const spec = (changes: object): object => ({ sha256, sizeBytes: 10, ...changes });

describe('validateIntegritySpec', () => {
  test.each([
    ['the smallest size', spec({ sizeBytes: 1 })],
    ['the largest size', spec({ sizeBytes: Number.MAX_SAFE_INTEGER })],
    ['keys that name neither a digest nor a size', spec({ path: '/model', signal: null, onProgress: null })],
    ['an object without a prototype', Object.assign(Object.create(null), spec({}))],
    ['a frozen object', Object.freeze(spec({}))],
  ])('[IN1] accepts %s', (_what, value) => {
    expect(validateIntegritySpec(value)).toEqual({ ok: true, reason: 'integrity_spec_valid' });
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['an empty object', {}],
    ['no digest', { sizeBytes: 10 }],
    ['no size', { sha256 }],
    ['an undefined digest', spec({ sha256: undefined })],
    ['an undefined size', spec({ sizeBytes: undefined })],
    ['an inherited digest and size', Object.create(spec({}))],
    ['another digest instead', { sha512: 'a'.repeat(128), sizeBytes: 10 }],
  ])('[IN2] misses something: %s', (_what, value) => {
    expect(validateIntegritySpec(value)).toEqual({ ok: false, reason: 'integrity_spec_missing' });
  });

  test.each([
    ['a string', sha256],
    ['a number', 10],
    ['a function', () => spec({})],
    ['upper-case digits', spec({ sha256: sha256.toUpperCase() })],
    ['63 digits', spec({ sha256: sha256.slice(1) })],
    ['65 digits', spec({ sha256: `${sha256}0` })],
    ['a trailing line feed', spec({ sha256: `${sha256}\n` })],
    ['a leading line', spec({ sha256: `x\n${sha256}` })],
    ['an algorithm prefix', spec({ sha256: `sha256:${sha256.slice(7)}` })],
    ['a letter beyond f', spec({ sha256: `g${sha256.slice(1)}` })],
    ['a String object', spec({ sha256: Object(sha256) })],
    ['an array of one digest', spec({ sha256: [sha256] })],
    ['a null digest', spec({ sha256: null })],
    ['the digest as bytes', spec({ sha256: new Uint8Array(32) })],
    ['size 0', spec({ sizeBytes: 0 })],
    ['size -0', spec({ sizeBytes: -0 })],
    ['a negative size', spec({ sizeBytes: -1 })],
    ['half a byte', spec({ sizeBytes: 1.5 })],
    ['a size that a double cannot hold', spec({ sizeBytes: 2 ** 53 })],
    ['an infinite size', spec({ sizeBytes: Number.POSITIVE_INFINITY })],
    ['NaN', spec({ sizeBytes: Number.NaN })],
    ['a size as text', spec({ sizeBytes: '10' })],
    ['a size as bigint', spec({ sizeBytes: 10n })],
    ['a null size', spec({ sizeBytes: null })],
  ])('[IN3] is malformed: %s', (_what, value) => {
    expect(validateIntegritySpec(value)).toEqual({ ok: false, reason: 'integrity_spec_malformed' });
  });

  test.each(
    (
      'digest digests hash contentHash checksum sha sha1 sha-1 SHA256 sha_256 sha512 md5 crc32 blake3 integrity etag ' +
      'size sizes Size fileSize sizeInBytes bytes byteLength length contentLength algorithm algo alg'
    ).split(' '),
  )('[IN4] is ambiguous: a further key `%s`', (key) => {
    expect(validateIntegritySpec(spec({ [key]: undefined })).reason).toBe('integrity_spec_ambiguous');
  });

  test.each([
    ['a list of specs', [spec({})]],
    ['an empty list', []],
    ['a list with the fields of a spec', Object.assign([], spec({}))],
    ['a further key that is not enumerable', Object.defineProperty(spec({}), 'md5', { enumerable: false })],
  ])('[IN4] is ambiguous: %s', (_what, value) => {
    expect(validateIntegritySpec(value).reason).toBe('integrity_spec_ambiguous');
  });
});
