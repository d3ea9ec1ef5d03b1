import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { specOf } from '../../doubles/model-bytes.ts';
import {
  beginPartial,
  ETAG,
  NEVER_ABORTED,
  openPartial,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
} from '../../doubles/store-stage.ts';

const stage = stageStore();

const opened = (options = {}) => beginPartial(stage.store(options));

async function evidence(): Promise<unknown> {
  const [name] = await stage.names('quarantine');
  return JSON.parse(await readFile(stage.path('quarantine', name!), 'utf8'));
}

describe('quarantine', () => {
  test('[MS42] keeps what tells why a file was refused, and deletes the file', async () => {
    const bytes = STORE_MODEL.map((byte) => byte ^ 1);
    const partial = await openPartial(stage.store({ now: () => 1_234.5 }));
    await partial.restart(ETAG);
    await partial.append(bytes);
    await partial.verify(NEVER_ABORTED);
    await partial.quarantine('digest_mismatch');
    await partial.close();
    expect(await evidence()).toEqual({
      version: 1,
      reason: 'digest_mismatch',
      expected: STORE_SPEC,
      actual: specOf(bytes),
      firstBytesBase64: Buffer.from(bytes.subarray(0, 4_096)).toString('base64'),
      atMs: 1_234,
    });
    expect(await stage.names('partial')).toEqual([]);
    expect(
      (await stage.names('quarantine')).every((name) => /^[0-9a-f]{64}-[0-9a-f]{16}\.json$/.test(name)),
    ).toBe(true);
  });

  test('[MS42] of a file that was not read tells no digest', async () => {
    const partial = await opened();
    await partial.append(Buffer.from('<html>'));
    await partial.header(NEVER_ABORTED);
    await partial.quarantine('model_not_gguf');
    expect(await evidence()).toMatchObject({
      reason: 'model_not_gguf',
      actual: { sha256: null, sizeBytes: 6 },
      firstBytesBase64: Buffer.from('<html>').toString('base64'),
    });
    expect(reasonOf(await partial.append(new Uint8Array(1)))).toBe('model_not_gguf');
    await partial.close();
  });

  test('[MS42] on a full disk deletes the file all the same', async () => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ path }) => (path.includes('/quarantine/') ? 'ENOSPC' : null),
    });
    const partial = await opened({ fileSystem });
    await partial.append(STORE_MODEL);
    await partial.sync();
    await partial.quarantine('digest_mismatch');
    await partial.close();
    expect([await stage.names('quarantine'), await stage.names('partial')]).toEqual([[], []]);
  });
});

describe('a partial file that was closed', () => {
  test('[MS43] is closed once, and refuses what comes after', async () => {
    const fileSystem = createFaultyStoreFileSystem();
    const partial = await opened({ fileSystem });
    await Promise.all([partial.close(), partial.close()]);
    await partial.quarantine('digest_mismatch');
    const later = await Promise.all([
      partial.append(new Uint8Array(1)),
      partial.sync(),
      partial.verify(NEVER_ABORTED),
      partial.publish(),
      partial.restart(ETAG),
      partial.header(NEVER_ABORTED),
    ]);
    expect(later.map(reasonOf)).toEqual(Array(6).fill('integrity_closed'));
    expect(
      fileSystem.calls.filter(({ name, path }) => name === 'file.close' && path.endsWith('.part')),
    ).toHaveLength(1);
    expect(await stage.names('quarantine')).toEqual([]);
  });
});
