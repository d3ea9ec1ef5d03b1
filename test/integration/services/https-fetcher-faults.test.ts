import { beforeAll, describe, expect, test } from '@jest/globals';
import { createAuthority, type ServerCertificate } from '../../doubles/certificates.ts';
import { createFetchStage, FILE } from '../../doubles/fetch-stage.ts';
import { BODY_FAULTS, type FaultRow, HEAD_FAULTS, LENGTH_FAULTS, RANGE_FAULTS } from './fetch-fault-rows.ts';

/** Resources of the event loop that a fetch may leave behind. */
const heldResources = (): string[] =>
  process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout|GetAddrInfo/.test(kind));

let certificate: ServerCertificate;
beforeAll(async () => {
  certificate = await (await createAuthority()).issue();
});

async function survive({ does, reason, ask = {}, givenBytes = 0, isOtherFile }: FaultRow): Promise<void> {
  const stage = await createFetchStage({ behaviour: does, certificate });
  const fetched = await stage.fetch(ask);
  // It resolves only once the source has no connection left.
  await stage.close();

  expect(fetched.reason).toBe(reason);
  const begin = fetched.body?.fromBytes ?? 0;
  const wanted = FILE.subarray(begin, fetched.body?.endBytes ?? begin);
  expect(fetched.bytes.length).toBeGreaterThanOrEqual(reason === null ? wanted.length : givenBytes);
  if (isOtherFile) return;
  expect(Buffer.compare(fetched.bytes, wanted.subarray(0, fetched.bytes.length))).toBe(0);
}

describe('a source that misbehaves', () => {
  test('[FT1] at least 60 misbehaviours are tried', () => {
    const rows = [...LENGTH_FAULTS, ...BODY_FAULTS, ...HEAD_FAULTS, ...RANGE_FAULTS];
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
  });

  test.each(LENGTH_FAULTS)('[$id] tells $what: $reason', survive);
  test.each(BODY_FAULTS)('[$id] sends $what: $reason', survive);
  test.each(HEAD_FAULTS)('[$id] answers with $what: $reason', survive);
  test.each(RANGE_FAULTS)('[$id] answers to a range with $what: $reason', survive);

  test('[FT22] nothing is left of fetches that failed', async () => {
    const before = heldResources();
    for (const row of HEAD_FAULTS.slice(0, 10)) await survive(row);
    expect(heldResources().length).toBeLessThanOrEqual(before.length);
  });
});
