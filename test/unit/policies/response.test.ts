import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../../policies/reasons.ts';
import {
  evaluateFirstContact,
  evaluateResponseHead,
  isFetchRange,
  type ResponseJudgement,
} from '../../../policies/response.ts';
import { JUNK, throwingGetters } from '../../doubles/junk.ts';

type Fields = readonly (readonly [name: string, value: string])[];

const SIZE = 5000;
const WHOLE = { sizeBytes: SIZE, fromBytes: 0, endBytes: SIZE, etag: null };
const REST = { sizeBytes: SIZE, fromBytes: 1000, endBytes: SIZE, etag: '"v1"' };
const BEGIN = { sizeBytes: SIZE, fromBytes: 0, endBytes: 1000, etag: null };

const LENGTH = ['Content-Length', '5000'] as const;
const RANGE = ['Content-Range', 'bytes 1000-4999/5000'] as const;
const ELSEWHERE = ['Location', 'https://cdn.example.org/a?b'] as const;

const judge = (statusCode: number, fields: Fields = [], asked: unknown = WHOLE): ResponseJudgement =>
  evaluateResponseHead({ statusCode, httpVersion: '1.1', rawHeaders: fields.flat() }, asked);
const reasonOf = (judged: ResponseJudgement): Reason | 'redirect' =>
  judged.kind === 'redirect' ? 'redirect' : judged.verdict.reason;

describe('the head of a response with the whole file', () => {
  test('[FT1] that fits is accepted', () => {
    expect(judge(200, [LENGTH, ['ETag', '"v1"']])).toEqual({
      kind: 'body',
      verdict: { ok: true, reason: 'response_accepted' },
      fromBytes: 0,
      endBytes: SIZE,
      etag: '"v1"',
    });
  });

  test.each([WHOLE, REST, BEGIN])('[FT1] is the whole file, whatever was asked for', (asked) => {
    expect(judge(200, [LENGTH, ['ETag', '"v2"']], asked)).toMatchObject({
      kind: 'body',
      fromBytes: 0,
      endBytes: SIZE,
      etag: '"v2"',
    });
  });

  test.each<[string, string, Fields, Reason]>([
    ['FT5', 'no length', [], 'response_accepted'],
    ['FT5', 'chunks', [['Transfer-Encoding', 'Chunked']], 'response_accepted'],
    [
      'FT6',
      'the coding identity, shouted',
      [LENGTH, ['CONTENT-ENCODING', ' Identity ']],
      'response_accepted',
    ],
    ['FT6', 'gzip', [LENGTH, ['Content-Encoding', 'gzip']], 'response_encoded'],
    ['FT6', 'an empty coding', [LENGTH, ['Content-Encoding', '']], 'response_encoded'],
    [
      'FT6',
      'identity and gzip',
      [
        ['Content-Encoding', 'identity'],
        ['Content-Encoding', 'gzip'],
      ],
      'response_encoded',
    ],
    ['FT6', 'gzip on the way', [['Transfer-Encoding', 'gzip, chunked']], 'response_encoded'],
    ['FT4', 'a length and chunks', [LENGTH, ['Transfer-Encoding', 'chunked']], 'response_malformed'],
    [
      'FT4',
      'chunks of chunks',
      [
        ['Transfer-Encoding', 'chunked'],
        ['Transfer-Encoding', 'chunked'],
      ],
      'response_malformed',
    ],
    ['FT4', 'two lengths', [LENGTH, ['Content-Length', '5001']], 'response_malformed'],
    ['FT4', 'the same length twice', [LENGTH, ['content-length', '5000']], 'response_malformed'],
    ...[
      '',
      ' ',
      '5e3',
      '+5000',
      '-1',
      '05000',
      '5000 ',
      '0x1388',
      '5000.0',
      '5000,5000',
      '9007199254740993',
      '9'.repeat(30),
    ].map((text): [string, string, Fields, Reason] => [
      'FT4',
      `the length ${JSON.stringify(text)}`,
      [['Content-Length', text]],
      'response_malformed',
    ]),
    ...['0', '4999', '5001', '9007199254740991'].map((text): [string, string, Fields, Reason] => [
      'FT3',
      `the length ${text}`,
      [['Content-Length', text]],
      'response_size_mismatch',
    ]),
    ['FT3', 'the right linked size', [LENGTH, ['X-Linked-Size', '5000']], 'response_accepted'],
    ['FT3', 'another linked size', [LENGTH, ['X-Linked-Size', '4999']], 'response_size_mismatch'],
    ['FT3', 'a linked size that is none', [LENGTH, ['X-Linked-Size', 'many']], 'response_size_mismatch'],
    [
      'FT3',
      'two linked sizes',
      [LENGTH, ['X-Linked-Size', '5000'], ['X-Linked-Size', '4999']],
      'response_size_mismatch',
    ],
  ])('[%s] with %s', (_id, _what, fields, reason) => {
    expect(reasonOf(judge(200, fields))).toBe(reason);
  });
});

describe('the head of a response with a part', () => {
  test('[FT2] that fits is accepted', () => {
    expect(judge(206, [RANGE, ['Content-Length', '4000'], ['ETag', '"v1"']], REST)).toEqual({
      kind: 'body',
      verdict: { ok: true, reason: 'response_accepted' },
      fromBytes: 1000,
      endBytes: SIZE,
      etag: '"v1"',
    });
    expect(judge(206, [['Content-Range', 'bytes 0-999/5000']], BEGIN)).toMatchObject({
      fromBytes: 0,
      endBytes: 1000,
    });
  });

  test.each<[string, string, Fields, Reason]>([
    ['FT2', 'no range', [], 'response_range_mismatch'],
    ['FT2', 'the same range twice', [RANGE, RANGE], 'response_range_mismatch'],
    ...[
      'bytes 999-4999/5000',
      'bytes 1001-4999/5000',
      'bytes 1000-4998/5000',
      'bytes 1000-5000/5000',
      'bytes 4999-1000/5000',
      'bytes 1000-4999/*',
      'bytes */5000',
      'bytes 1000-/5000',
      'bytes=1000-4999/5000',
      'BYTES 1000-4999/5000',
      'bytes 1000-4999/5000 ',
      'bytes 1000-4999/05000',
      'bytes 1000-4999/5e3',
      'bytes 1000-4999/9007199254740993',
      'bytes 1000-4999',
      '1000-4999/5000',
    ].map((text): [string, string, Fields, Reason] => [
      'FT2',
      text,
      [['Content-Range', text]],
      'response_range_mismatch',
    ]),
    ['FT3', 'another total', [['Content-Range', 'bytes 1000-4999/5001']], 'response_size_mismatch'],
    ['FT3', 'another length', [RANGE, ['Content-Length', '5000']], 'response_size_mismatch'],
    ['FT4', 'a length that is none', [RANGE, ['Content-Length', 'x']], 'response_malformed'],
    ['FT6', 'gzip', [RANGE, ['Content-Encoding', 'gzip']], 'response_encoded'],
    [
      'FT2',
      'several parts',
      [RANGE, ['Content-Type', ' Multipart/ByteRanges; boundary=x']],
      'response_range_mismatch',
    ],
    ['FT8', 'another version', [RANGE, ['ETag', '"v2"']], 'response_range_mismatch'],
    ['FT7', 'a weak validator', [RANGE, ['ETag', 'W/"v2"']], 'response_accepted'],
    ['FT7', 'no validator', [RANGE], 'response_accepted'],
  ])('[%s] with %s', (_id, _what, fields, reason) => {
    expect(reasonOf(judge(206, fields, REST))).toBe(reason);
  });

  test('[FT2] is refused where none was asked for', () => {
    expect(reasonOf(judge(206, [['Content-Range', 'bytes 0-4999/5000']]))).toBe('response_range_mismatch');
  });

  test('[FT8] may have any validator where nothing came before it', () => {
    const fields: Fields = [
      ['Content-Range', 'bytes 0-999/5000'],
      ['ETag', '"v2"'],
    ];
    expect(judge(206, fields, { ...BEGIN, etag: '"v1"' })).toMatchObject({ kind: 'body', etag: '"v2"' });
  });
});

describe('the validator of a response', () => {
  test.each([
    ['"v1"', '"v1"'],
    ['"!#~"', '"!#~"'],
    [`"${'a'.repeat(510)}"`, `"${'a'.repeat(510)}"`],
    [`"${'a'.repeat(511)}"`, null],
    ['W/"v1"', null],
    ['w/"v1"', null],
    ['v1', null],
    ['"v1', null],
    ['"v"1"', null],
    ['""', null],
    ['"a b"', null],
    ['"\u00e4"', null],
    ['"a\tb"', null],
    ['', null],
  ])('[FT7] %j is read as %j', (text, etag) => {
    expect(judge(200, [['ETag', text]])).toMatchObject({ kind: 'body', etag });
  });

  test('[FT7] that comes twice is none', () => {
    expect(
      judge(200, [
        ['ETag', '"v1"'],
        ['ETag', '"v1"'],
      ]),
    ).toMatchObject({ kind: 'body', etag: null });
  });
});

describe('the status of a response', () => {
  test.each([408, 425, 429, 500, 502, 503, 504, 599])('[FT9] %i is a busy source', (status) => {
    expect(reasonOf(judge(status, [LENGTH]))).toBe('source_busy');
  });

  test.each([
    0, 99, 100, 101, 103, 201, 202, 203, 204, 205, 207, 226, 309, 399, 400, 401, 403, 404, 405, 410, 418, 451,
    499, 600, 999,
  ])('[FT10] %i refuses the file', (status) => {
    expect(reasonOf(judge(status, [LENGTH]))).toBe('source_status_refused');
  });

  test('[FT10] 416 is a mismatch of the range', () => {
    expect(reasonOf(judge(416, [], REST))).toBe('response_range_mismatch');
  });

  test.each([301, 302, 303, 307, 308])('[FT11] %i is a redirect', (status) => {
    expect(judge(status, [ELSEWHERE])).toEqual({ kind: 'redirect', location: ELSEWHERE[1] });
  });

  test.each([300, 304, 305, 306])('[FT11] %i is a malformed redirect', (status) => {
    expect(reasonOf(judge(status, [ELSEWHERE]))).toBe('redirect_malformed');
  });

  test.each<[string, Fields]>([
    ['no location', []],
    ['two locations', [ELSEWHERE, ELSEWHERE]],
    ['an empty location', [['Location', '']]],
    ['a relative location', [['Location', '/a']]],
    ['a location without a scheme', [['Location', '//cdn.example.org/a']]],
    ['a location after a space', [['Location', ` ${ELSEWHERE[1]}`]]],
  ])('[FT11] a redirect with %s is malformed', (_what, fields) => {
    expect(reasonOf(judge(302, fields))).toBe('redirect_malformed');
  });

  test('[FT3] a redirect that tells another size is not followed', () => {
    expect(reasonOf(judge(302, [ELSEWHERE, ['x-linked-size', '4999']]))).toBe('response_size_mismatch');
    expect(reasonOf(judge(302, [ELSEWHERE, ['x-linked-size', '5000']]))).toBe('redirect');
  });
});

describe('a head that is none', () => {
  const MALFORMED = { kind: 'refused', verdict: { ok: false, reason: 'response_malformed' } };
  const head = { statusCode: 200, httpVersion: '1.1', rawHeaders: [...LENGTH] };

  test.each(JUNK)('[FT12] is malformed, and nothing throws: $name', ({ make }) => {
    expect(evaluateResponseHead(make(), WHOLE)).toEqual(MALFORMED);
    expect(evaluateResponseHead(head, make())).toEqual(MALFORMED);
    expect(evaluateResponseHead({ ...head, statusCode: make() }, WHOLE)).toEqual(MALFORMED);
    expect(isFetchRange(make())).toBe(false);
  });

  test.each([
    ['getters that throw', throwingGetters(head)],
    ['another version', { ...head, httpVersion: '2.0' }],
    ['half a field', { ...head, rawHeaders: ['Content-Length'] }],
    ['a field that is no text', { ...head, rawHeaders: ['Content-Length', 5000] }],
    ['a hole', { ...head, rawHeaders: new Array(2) }],
    ['no fields', { statusCode: 200 }],
    ['fields of another kind', { ...head, rawHeaders: { length: 0 } }],
  ])('[FT12] is malformed: %s', (_what, odd) => {
    expect(evaluateResponseHead(odd, WHOLE)).toEqual(MALFORMED);
  });

  test('[FT12] need not tell its version', () => {
    expect(evaluateResponseHead({ statusCode: 200, rawHeaders: [] }, WHOLE).kind).toBe('body');
    expect(evaluateResponseHead({ ...head, httpVersion: '1.0' }, WHOLE).kind).toBe('body');
  });

  test('[FT13] has more than 256 fields', () => {
    const many = new Array<readonly [string, string]>(256).fill(['A', 'b']);
    expect(reasonOf(judge(200, many))).toBe('response_accepted');
    expect(reasonOf(judge(200, [...many, ['A', 'b']]))).toBe('response_malformed');
  });
});

describe('what can be asked for', () => {
  test.each([
    [true, 'the whole file', WHOLE],
    [true, 'a beginning', BEGIN],
    [true, 'a rest', REST],
    [true, 'the last byte', { ...REST, fromBytes: SIZE - 1 }],
    [false, 'nothing', { ...REST, endBytes: 1000 }],
    [false, 'more than there is', { ...WHOLE, endBytes: SIZE + 1 }],
    [false, 'a rest without a validator', { ...REST, etag: null }],
    [false, 'a rest under a weak validator', { ...REST, etag: 'W/"v1"' }],
    [false, 'an empty file', { sizeBytes: 0, fromBytes: 0, endBytes: 0, etag: null }],
    [false, 'a file beyond what a double can count', { ...WHOLE, sizeBytes: 2 ** 53 }],
    [false, 'a negative start', { ...REST, fromBytes: -1 }],
  ])('[FT26] %j: %s', (isAsked, _what, asked) => {
    expect(isFetchRange(asked)).toBe(isAsked);
  });
});

describe('the head of a response to a first contact', () => {
  const first = (statusCode: number, fields: Fields): ResponseJudgement =>
    evaluateFirstContact({ statusCode, httpVersion: '1.1', rawHeaders: fields.flat() });

  test('[FT35] is believed about the size', () => {
    expect(first(200, [LENGTH, ['ETag', '"v1"']])).toMatchObject({
      kind: 'body',
      fromBytes: 0,
      endBytes: 5000,
    });
  });

  test('[FT35] may redirect from a hub that tells the size already', () => {
    expect(first(302, [ELSEWHERE, ['X-Linked-Size', '5000'], ['Content-Length', '20']]).kind).toBe(
      'redirect',
    );
  });

  test.each<[string, number, Fields, Reason]>([
    ['no length', 200, [], 'response_malformed'],
    ['chunks', 200, [['Transfer-Encoding', 'chunked']], 'response_malformed'],
    ['a length of zero', 200, [['Content-Length', '0']], 'response_malformed'],
    ['two lengths', 200, [LENGTH, LENGTH], 'response_malformed'],
    ['a length that is none', 200, [['Content-Length', '5e3']], 'response_malformed'],
    ['another linked size', 200, [LENGTH, ['X-Linked-Size', '4999']], 'response_size_mismatch'],
    ['gzip', 200, [LENGTH, ['Content-Encoding', 'gzip']], 'response_encoded'],
    ['a part', 206, [RANGE], 'response_range_mismatch'],
    ['404', 404, [], 'source_status_refused'],
    ['503', 503, [], 'source_busy'],
    ['two locations', 302, [ELSEWHERE, ELSEWHERE], 'redirect_malformed'],
  ])('[FT35] is refused with %s', (_what, status, fields, reason) => {
    expect(reasonOf(first(status, fields))).toBe(reason);
  });

  test.each(JUNK)('[FT12] is malformed, and nothing throws: $name', ({ make }) => {
    expect(reasonOf(evaluateFirstContact(make()))).toBe('response_malformed');
    expect(reasonOf(evaluateFirstContact({ statusCode: 200, rawHeaders: make() }))).toBe(
      'response_malformed',
    );
  });
});
