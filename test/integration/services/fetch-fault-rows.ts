import { gzipSync } from 'node:zlib';
import type { Reason } from '../../../policies/reasons.ts';
import type { FetchRequest } from '../../../services/model-fetcher.ts';
import { FILE } from '../../doubles/fetch-stage.ts';
import type { Behaviour } from '../../doubles/tls-fault-server.ts';
import {
  chunk,
  endless,
  LAST_CHUNK,
  pause,
  reply,
  replyRaw,
  reset,
  script,
} from '../../doubles/tls-scripts.ts';
import { responseHead } from '../../doubles/tls-serving.ts';

/** One misbehaviour of a source: the rule it shows, what the source does, and what becomes of the fetch. */
export interface FaultRow {
  readonly id: string;
  readonly what: string;
  readonly does: Behaviour;
  /** Null where every byte comes in spite of it. */
  readonly reason: Reason | null;
  /** What is asked for; default the whole file. */
  readonly ask?: Partial<FetchRequest>;
  /** How many bytes are given on at the least before a refusal, where it matters. */
  readonly givenBytes?: number;
  /** The body is something else than the file. */
  readonly isOtherFile?: true;
}

const SIZE = FILE.length;
const HALF = FILE.subarray(0, SIZE / 2);
const LONGER = Buffer.concat([FILE, new Uint8Array(1)]);
const PLAIN = { 'Content-Length': SIZE };
const CHUNKED = { 'Transfer-Encoding': 'chunked' };
const ERROR_PAGE = '<!doctype html><title>Not here</title>';
const INFORMATION = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';

const row = (
  id: string,
  what: string,
  does: Behaviour,
  reason: Reason | null,
  more: Partial<FaultRow> = {},
): FaultRow => ({ id, what, does, reason, ...more });

/** The length of a body: told falsely, oddly, or not at all. */
export const LENGTH_FAULTS: readonly FaultRow[] = [
  row('FT5', 'no length, and the connection closes after the body', reply('200 OK', {}, FILE), null),
  row('FT20', 'no length, and the connection closes early', reply('200 OK', {}, HALF), 'transfer_cut', {
    givenBytes: SIZE / 2,
  }),
  row('FT21', 'no length, and one byte too many', reply('200 OK', {}, LONGER), 'size_exceeded'),
  row('FT20', 'no length and no body', reply('200 OK'), 'transfer_cut'),
  row('FT4', 'an empty length', reply('200 OK', { 'Content-Length': '' }, FILE), 'response_malformed'),
  row('FT4', 'a negative length', reply('200 OK', { 'Content-Length': -1 }, FILE), 'response_malformed'),
  row('FT4', 'a length with a sign', reply('200 OK', { 'Content-Length': '+5000' }), 'response_malformed'),
  row('FT4', 'a length with an exponent', reply('200 OK', { 'Content-Length': '5e3' }), 'response_malformed'),
  row('FT4', 'a length in hex', reply('200 OK', { 'Content-Length': '0x1388' }), 'response_malformed'),
  row(
    'FT4',
    'a length with a zero before',
    reply('200 OK', { 'Content-Length': '05000' }),
    'response_malformed',
  ),
  row('FT4', 'a huge length', reply('200 OK', { 'Content-Length': '9'.repeat(40) }), 'response_malformed'),
  row('FT4', 'a list of lengths', reply('200 OK', { 'Content-Length': '5000, 5000' }), 'response_malformed'),
  row(
    'FT4',
    'two lengths',
    replyRaw('200 OK', ['Content-Length: 5000', 'Content-Length: 4999'], FILE),
    'response_malformed',
  ),
  row(
    'FT4',
    'the same length twice',
    replyRaw('200 OK', ['Content-Length: 5000', 'Content-Length: 5000'], FILE),
    'response_malformed',
  ),
  row(
    'FT4',
    'a length and chunks',
    reply('200 OK', { ...PLAIN, ...CHUNKED }, chunk(FILE)),
    'response_malformed',
  ),
  row('FT3', 'a length of zero', reply('200 OK', { 'Content-Length': 0 }), 'response_size_mismatch'),
  row('FT3', 'a shorter length', reply('200 OK', { 'Content-Length': 4999 }, FILE), 'response_size_mismatch'),
  row('FT3', 'a longer length', reply('200 OK', { 'Content-Length': 5001 }, FILE), 'response_size_mismatch'),
  row(
    'FT3',
    'an error page with a length, as 200',
    reply('200 OK', { 'Content-Type': 'text/html', 'Content-Length': ERROR_PAGE.length }, ERROR_PAGE),
    'response_size_mismatch',
  ),
  row(
    'FT20',
    'an error page in chunks, as 200',
    reply('200 OK', CHUNKED, Buffer.concat([chunk(Buffer.from(ERROR_PAGE)), Buffer.from(LAST_CHUNK)])),
    'transfer_cut',
    { isOtherFile: true },
  ),
  row(
    'FT3',
    'the hub telling another size',
    reply('200 OK', { ...PLAIN, 'X-Linked-Size': 4999 }, FILE),
    'response_size_mismatch',
  ),
];

/** What becomes of a body on its way. */
export const BODY_FAULTS: readonly FaultRow[] = [
  row('FT20', 'a body shorter than its length', reply('200 OK', PLAIN, HALF), 'transfer_cut', {
    givenBytes: SIZE / 2,
  }),
  row('FT20', 'a length without a body', reply('200 OK', PLAIN), 'transfer_cut'),
  row('FT20', 'a body longer than its length', reply('200 OK', PLAIN, LONGER), null),
  row(
    'FT21',
    'chunks with one byte too many',
    script(responseHead('200 OK', CHUNKED), chunk(LONGER), LAST_CHUNK),
    'size_exceeded',
  ),
  row(
    'FT21',
    'the excess in a chunk of its own',
    script(responseHead('200 OK', CHUNKED), chunk(FILE), pause(20), chunk(new Uint8Array(1)), LAST_CHUNK),
    'size_exceeded',
  ),
  row(
    'FT21',
    'a body without an end',
    script(responseHead('200 OK', CHUNKED), endless(chunk(new Uint8Array(65_536)))),
    'size_exceeded',
  ),
  row(
    'FT20',
    'chunks that end early',
    script(responseHead('200 OK', CHUNKED), chunk(HALF), LAST_CHUNK),
    'transfer_cut',
    { givenBytes: SIZE / 2 },
  ),
  row('FT20', 'no last chunk', script(responseHead('200 OK', CHUNKED), chunk(FILE)), 'transfer_cut', {
    givenBytes: SIZE,
  }),
  row(
    'FT20',
    'a chunk whose size is no number',
    script(responseHead('200 OK', CHUNKED), chunk(HALF), 'zz\r\n'),
    'transfer_cut',
  ),
  row(
    'FT20',
    'a chunk longer than it says',
    script(responseHead('200 OK', CHUNKED), '5\r\n', HALF, '\r\n'),
    'transfer_cut',
  ),
  row(
    'FT20',
    'a chunk of a huge size',
    script(responseHead('200 OK', CHUNKED), `${'f'.repeat(40)}\r\n`),
    'transfer_cut',
  ),
  row(
    'FT20',
    'a chunk extension without an end',
    script(responseHead('200 OK', CHUNKED), '1;', endless('a'.repeat(1000))),
    'transfer_cut',
  ),
  row(
    'FT20',
    'trailers without an end',
    script(responseHead('200 OK', CHUNKED), chunk(FILE), '0\r\n', endless(`a: ${'b'.repeat(1000)}\r\n`)),
    'transfer_cut',
  ),
  row(
    'FT1',
    'chunks of one byte',
    script(
      responseHead('200 OK', CHUNKED),
      Buffer.concat([...FILE].map((byte) => chunk(Uint8Array.of(byte)))),
      LAST_CHUNK,
    ),
    null,
  ),
  row(
    'FT1',
    'a slow drip',
    script(
      responseHead('200 OK', PLAIN),
      ...Array.from({ length: 10 }, (_, index) => [
        FILE.subarray(index * 500, index * 500 + 500),
        pause(5),
      ]).flat(),
    ),
    null,
  ),
  row(
    'FT20',
    'a reset after the head',
    script(responseHead('200 OK', PLAIN), pause(20), reset),
    'transfer_cut',
  ),
  ...[1, 100, SIZE - 1].map((at) =>
    row(
      'FT20',
      `a reset at byte ${at}`,
      script(responseHead('200 OK', PLAIN), FILE.subarray(0, at), pause(50), reset),
      'transfer_cut',
      { givenBytes: at },
    ),
  ),
  row(
    'FT6',
    'gzip',
    reply('200 OK', { 'Content-Encoding': 'gzip', ...CHUNKED }, chunk(gzipSync(FILE))),
    'response_encoded',
  ),
  row(
    'FT6',
    'gzip of the right length',
    reply('200 OK', { 'Content-Encoding': 'gzip', ...PLAIN }, FILE),
    'response_encoded',
  ),
  row(
    'FT6',
    'gzip as a coding of the transfer',
    reply('200 OK', { 'Transfer-Encoding': 'gzip, chunked' }, chunk(gzipSync(FILE))),
    'response_encoded',
  ),
  row(
    'FT6',
    'the coding identity',
    reply('200 OK', { 'Content-Encoding': 'identity', ...PLAIN }, FILE),
    null,
  ),
];

/** What comes before a body, or instead of an answer. */
export const HEAD_FAULTS: readonly FaultRow[] = [
  row('FT17', 'a closed connection and no answer', script(), 'source_unreachable'),
  row('FT17', 'a reset and no answer', script(reset), 'source_unreachable'),
  row('FT17', 'half a head', script('HTTP/1.1 200 OK\r\nContent-'), 'source_unreachable'),
  row('FT18', 'no HTTP at all', script('220 mail.example ESMTP\r\n'), 'response_malformed'),
  row('FT18', 'a head without a version', script('OK\r\n\r\n'), 'response_malformed'),
  row('FT18', 'HTTP of version 9.9', script('HTTP/9.9 200 OK\r\n\r\n'), 'response_malformed'),
  row('FT18', 'a status that is no number', script('HTTP/1.1 abc OK\r\n\r\n'), 'response_malformed'),
  row(
    'FT18',
    'a field without a colon',
    replyRaw('200 OK', ['Content-Length 5000'], FILE),
    'response_malformed',
  ),
  row('FT18', 'a NUL in a field', replyRaw('200 OK', ['A: b\0c'], FILE), 'response_malformed'),
  row(
    'FT18',
    'a field of 20 kB',
    replyRaw('200 OK', [`A: ${'b'.repeat(20_000)}`, 'Content-Length: 5000'], FILE),
    'response_malformed',
  ),
  row(
    'FT18',
    'fields without an end',
    script('HTTP/1.1 200 OK\r\n', endless('A: b\r\n')),
    'response_malformed',
  ),
  row('FT18', 'a field without an end', script('HTTP/1.1 200 OK\r\nA: ', endless('b')), 'response_malformed'),
  row(
    'FT13',
    'more fields than are judged',
    replyRaw('200 OK', [...new Array<string>(300).fill('A: b'), 'Content-Length: 5000'], FILE),
    'response_malformed',
  ),
  row('FT19', 'informational answers without an end', script(endless(INFORMATION)), 'response_malformed'),
  row(
    'FT19',
    'seventeen informational answers',
    script(INFORMATION.repeat(17), responseHead('200 OK', PLAIN), FILE),
    'response_malformed',
  ),
  row(
    'FT19',
    'sixteen informational answers',
    script(INFORMATION.repeat(16), responseHead('200 OK', PLAIN), FILE),
    null,
  ),
  row(
    'FT10',
    'another protocol',
    reply('101 Switching Protocols', { Connection: 'Upgrade', Upgrade: 'websocket' }),
    'source_status_refused',
  ),
  ...[
    '201 Created',
    '204 No Content',
    '226 IM Used',
    '401 Unauthorized',
    '403 Forbidden',
    '404 Not Found',
    '999 No',
  ].map((status) => row('FT10', status, reply(status, { 'Content-Length': 0 }), 'source_status_refused')),
  ...['408 Request Timeout', '425 Too Early', '429 Too Many Requests', '500 Error', '503 Unavailable'].map(
    (status) => row('FT9', status, reply(status, { 'Content-Length': 0 }), 'source_busy'),
  ),
];

const REST = { fromBytes: 1000, endBytes: SIZE, etag: '"v1"' };
const BEGIN = { fromBytes: 0, endBytes: 1000 };
const TAG = { ETag: '"v1"' };
const part = (
  range: string,
  fields: Readonly<Record<string, string | number>> = {},
  from = 1000,
  end = SIZE,
) => reply('206 Partial Content', { 'Content-Range': range, ...TAG, ...fields }, FILE.subarray(from, end));
const BOUNDARY = 'multipart/byteranges; boundary=x';

/** What a source makes of a request for a part. */
export const RANGE_FAULTS: readonly FaultRow[] = [
  row('FT2', 'the very part', part('bytes 1000-4999/5000', { 'Content-Length': 4000 }), null, { ask: REST }),
  row('FT2', 'the very part without a length', part('bytes 1000-4999/5000'), null, { ask: REST }),
  row('FT1', 'the whole file', reply('200 OK', { ...PLAIN, ETag: '"v2"' }, FILE), null, { ask: REST }),
  row('FT1', 'the whole file for its beginning', reply('200 OK', PLAIN, FILE), null, { ask: BEGIN }),
  row('FT3', 'the part as a 200', reply('200 OK', { 'Content-Length': 4000 }), 'response_size_mismatch', {
    ask: REST,
  }),
  ...(
    [
      ['another start', 'bytes 999-4999/5000'],
      ['another end', 'bytes 1000-4998/5000'],
      ['an end before the start', 'bytes 1000-999/5000'],
      ['an unknown total', 'bytes 1000-4999/*'],
      ['no range but a total', 'bytes */5000'],
      ['another unit', 'lines 1000-4999/5000'],
      ['an upper-case unit', 'Bytes 1000-4999/5000'],
      ['a zero before the start', 'bytes 01000-4999/5000'],
      ['a space too many', 'bytes  1000-4999/5000'],
      ['an empty range', ''],
    ] as const
  ).map(([what, range]) => row('FT2', what, part(range), 'response_range_mismatch', { ask: REST })),
  row('FT3', 'another total', part('bytes 1000-4999/5001'), 'response_size_mismatch', { ask: REST }),
  row(
    'FT2',
    'no range',
    reply('206 Partial Content', { 'Content-Length': 4000 }),
    'response_range_mismatch',
    {
      ask: REST,
    },
  ),
  row(
    'FT2',
    'two ranges',
    replyRaw('206 Partial Content', ['Content-Range: bytes 1000-4999/5000', 'Content-Range: bytes 0-9/5000']),
    'response_range_mismatch',
    { ask: REST },
  ),
  row(
    'FT2',
    'several parts in one',
    reply('206 Partial Content', { 'Content-Type': BOUNDARY, ...CHUNKED }, chunk(Buffer.from('--x\r\n'))),
    'response_range_mismatch',
    { ask: REST },
  ),
  row(
    'FT2',
    'several parts in one, with a range',
    part('bytes 1000-4999/5000', { 'Content-Type': BOUNDARY }),
    'response_range_mismatch',
    { ask: REST },
  ),
  row(
    'FT3',
    'another length',
    part('bytes 1000-4999/5000', { 'Content-Length': 3999 }),
    'response_size_mismatch',
    {
      ask: REST,
    },
  ),
  row(
    'FT10',
    '416',
    reply('416 Range Not Satisfiable', { 'Content-Range': 'bytes */5000' }),
    'response_range_mismatch',
    {
      ask: REST,
    },
  ),
  row('FT2', 'a part that nobody asked for', part('bytes 0-4999/5000', {}, 0), 'response_range_mismatch'),
  row(
    'FT8',
    'a part of another version',
    part('bytes 1000-4999/5000', { ETag: '"v2"' }),
    'response_range_mismatch',
    {
      ask: REST,
    },
  ),
  row('FT7', 'a part under a weak validator', part('bytes 1000-4999/5000', { ETag: 'W/"v2"' }), null, {
    ask: REST,
  }),
  row('FT20', 'a part that ends early', part('bytes 1000-4999/5000', {}, 1000, 3000), 'transfer_cut', {
    ask: REST,
    givenBytes: 2000,
  }),
  row('FT21', 'a part that goes on', part('bytes 0-999/5000', {}, 0, 1001), 'size_exceeded', { ask: BEGIN }),
];
