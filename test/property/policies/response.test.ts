import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluateFirstContact, evaluateResponseHead, isFetchRange } from '../../../policies/response.ts';
import { anyJunk } from '../../doubles/junk.ts';

const SIZE = 5000;
const numbers = fc.oneof(fc.constantFrom(0, 1, 999, 1000, 4000, 4999, 5000, 5001), fc.nat());
const texts = fc.oneof(
  numbers.map(String),
  fc.tuple(numbers, numbers, numbers).map(([first, last, total]) => `bytes ${first}-${last}/${total}`),
  fc.constantFrom(
    'chunked',
    'gzip',
    'identity',
    '"v1"',
    '"v2"',
    'W/"v1"',
    'https://a.example/b',
    '',
    'multipart/byteranges',
  ),
  fc.string({ maxLength: 8 }),
);
const names = fc.constantFrom(
  ...[
    'Content-Length',
    'content-length',
    'Content-Range',
    'Content-Encoding',
    'Transfer-Encoding',
    'Content-Type',
  ],
  ...['ETag', 'Location', 'X-Linked-Size', 'X-Other'],
);
const rawHeaders = fc.array(fc.tuple(names, texts), { maxLength: 5 }).map((fields) => fields.flat());
const statusCode = fc.oneof(fc.constantFrom(200, 206, 302, 416), fc.integer({ min: 0, max: 1000 }));
const head = fc.record({ statusCode, rawHeaders });

const asked = fc
  .tuple(fc.integer({ min: 0, max: SIZE - 1 }), fc.integer({ min: 1, max: SIZE }))
  .filter(([fromBytes, endBytes]) => fromBytes < endBytes)
  .map(([fromBytes, endBytes]) => ({
    sizeBytes: SIZE,
    fromBytes,
    endBytes,
    etag: fromBytes > 0 ? '"v1"' : null,
  }));

describe('the head of a response, whatever is in it', () => {
  test('[FT1] a body that is accepted is what was asked for, or the whole file from its start', () => {
    fc.assert(
      fc.property(head, asked, (received, wanted) => {
        const judged = evaluateResponseHead(received, wanted);
        if (judged.kind !== 'body') return true;
        return received.statusCode === 206
          ? judged.fromBytes === wanted.fromBytes && judged.endBytes === wanted.endBytes
          : received.statusCode === 200 && judged.fromBytes === 0 && judged.endBytes === SIZE;
      }),
      { numRuns: 1000 },
    );
  });

  test('[FT3] a length that is told is the length of what is accepted', () => {
    fc.assert(
      fc.property(head, asked, (received, wanted) => {
        const judged = evaluateResponseHead(received, wanted);
        const at = received.rawHeaders.findIndex(
          (text, index) => index % 2 === 0 && /^content-length$/i.test(text),
        );
        if (judged.kind !== 'body' || at === -1) return true;
        return received.rawHeaders[at + 1] === String(judged.endBytes - judged.fromBytes);
      }),
      { numRuns: 1000 },
    );
  });

  test('[FT1] a good part of any range is accepted', () => {
    fc.assert(
      fc.property(asked, ({ fromBytes, endBytes, ...rest }) => {
        if (fromBytes === 0 && endBytes === SIZE) return true;
        const good = {
          statusCode: 206,
          rawHeaders: [
            ...['Content-Range', `bytes ${fromBytes}-${endBytes - 1}/${SIZE}`],
            ...['Content-Length', String(endBytes - fromBytes)],
          ],
        };
        return evaluateResponseHead(good, { fromBytes, endBytes, ...rest }).kind === 'body';
      }),
      { numRuns: 300 },
    );
  });

  test('[FT12] nothing throws, and junk is never accepted', () => {
    fc.assert(
      fc.property(anyJunk, anyJunk, (one, other) => {
        evaluateFirstContact(one.make());
        isFetchRange(one.make());
        return evaluateResponseHead(one.make(), other.make()).kind === 'refused';
      }),
      { numRuns: 1000 },
    );
  });
});
