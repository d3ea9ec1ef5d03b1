import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFetchStage, FILE } from '../../doubles/fetch-stage.ts';

const stage = await createFetchStage();
afterAll(() => stage.close());

/** Where the file is cut: each part is fetched by itself. */
const cuts = fc.uniqueArray(fc.integer({ min: 1, max: FILE.length - 1 }), { maxLength: 4 });

describe('the HTTPS fetcher, however a file is cut', () => {
  test('[FT30] brings the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.sort((a, b) => a - b), FILE.length];
        let etag: string | null = null;
        let fromBytes = 0;
        const parts: Uint8Array[] = [];
        for (const endBytes of ends) {
          const part = await stage.fetch({ fromBytes, endBytes, etag });
          expect(part).toMatchObject({ reason: null, body: { fromBytes, endBytes } });
          etag = part.body?.etag ?? null;
          fromBytes = endBytes;
          parts.push(part.bytes);
        }
        return Buffer.compare(Buffer.concat(parts), FILE) === 0;
      }),
      { numRuns: 200 },
    );
    // All of them over the same connection.
    expect(stage.source.connectionsCount).toBe(1);
  });
});
