import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { createHashFile } from '../../../services/hash-file.ts';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { specOf } from '../../doubles/model-bytes.ts';
import {
  download,
  NEVER_ABORTED,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const { sha256 } = STORE_SPEC;
const blob = () => stage.path('sha256', sha256);
const record = () => stage.path('records', `${sha256}.json`);
const kindOf = async (options = {}): Promise<string> =>
  valueIn(await stage.store(options).inspect(STORE_SPEC)).kind;
const verify = (options = {}) => stage.store(options).verify(STORE_SPEC, NEVER_ABORTED);

/** Puts bytes where the model is, as a disk or a person may. */
async function overwrite(bytes: Uint8Array): Promise<void> {
  await chmod(blob(), 0o600);
  await writeFile(blob(), bytes);
}

async function evidence(): Promise<Record<string, unknown>> {
  const [name] = (await stage.names('quarantine')).filter((one) => one.endsWith('.json'));
  return JSON.parse(await readFile(stage.path('quarantine', name!), 'utf8')) as Record<string, unknown>;
}

const flipped = STORE_MODEL.map((byte, at) => (at === 5_000 ? byte ^ 1 : byte));

describe('looking at a stored model', () => {
  test('[MS50] tells that it is not there, without making a directory', async () => {
    expect(await kindOf({ dir: stage.path('none') })).toBe('absent');
    expect(await stage.names('.')).toEqual([]);
    await download(stage.store());
    const other = { ...STORE_SPEC, sha256: 'a'.repeat(64) };
    expect(valueIn(await stage.store().inspect(other)).kind).toBe('absent');
  });

  test('[MS50] reads no byte of it', async () => {
    await download(stage.store());
    const fileSystem = createFaultyStoreFileSystem();
    expect(await kindOf({ fileSystem })).toBe('verified');
    expect(fileSystem.told(stage.dir())).toEqual([
      'lstat sha256',
      `lstat sha256/${sha256}`,
      'lstat records',
      `open.read records/${sha256}.json`,
      `file.stat records/${sha256}.json`,
      `file.read records/${sha256}.json`,
      `file.read records/${sha256}.json`,
      `file.close records/${sha256}.json`,
    ]);
  });

  test('[MS50] calls it unproved where every start is to verify', async () => {
    await download(stage.store());
    expect(await kindOf({ reverify: 'always' })).toBe('unproved');
    expect(await kindOf({ reverify: 'changed' })).toBe('verified');
  });

  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['has no record', () => rm(record())],
    ['has an empty record', () => writeFile(record(), '')],
    ['has half a record', async () => writeFile(record(), (await readFile(record())).subarray(0, 90))],
    [
      'has a record that is a link',
      () => rename(record(), stage.path('r')).then(() => symlink(stage.path('r'), record())),
    ],
    [
      'has a record in a directory that is a link',
      async () => {
        await rename(stage.path('records'), stage.path('elsewhere'));
        await symlink(stage.path('elsewhere'), stage.path('records'));
      },
    ],
    ['was written to', () => overwrite(flipped)],
    [
      'was written to and its time set back',
      async () => {
        await overwrite(flipped);
        await utimes(blob(), 0, 0);
      },
    ],
    [
      'is another file of the same bytes',
      async () => {
        await copyFile(blob(), stage.path('copy'));
        await rename(stage.path('copy'), blob());
      },
    ],
    ['is of another size', () => overwrite(STORE_MODEL.subarray(1))],
    ['had its mode changed', () => chmod(blob(), 0o444)],
    ['is a directory', () => rm(blob()).then(() => mkdir(blob()))],
    [
      'is a link to a good file',
      () => rename(blob(), stage.path('m')).then(() => symlink(stage.path('m'), blob())),
    ],
  ];
  test.each(changes)('[MS51] calls it unproved where it %s', async (_name, change) => {
    await download(stage.store());
    expect(await kindOf()).toBe('verified');
    await change();
    expect(await kindOf()).toBe('unproved');
  });

  test.each([
    [9_999, 'size_exceeded'],
    [10_001, 'size_short'],
  ])(
    '[MS71] a pin of %d bytes with its digest is refused, and the good model stays',
    async (sizeBytes, reason) => {
      await download(stage.store());
      const pin = { sha256, sizeBytes };
      expect(reasonOf(await stage.store().inspect(pin))).toBe(reason);
      expect(reasonOf(await stage.store({ reverify: 'always' }).inspect(pin))).toBe(reason);
      expect(reasonOf(await stage.store().verify(pin, new AbortController().signal))).toBe(reason);
      await rm(record());
      expect(reasonOf(await stage.store().verify(pin, new AbortController().signal))).toBe(reason);
      expect(await kindOf()).toBe('verified');
      expect(await stage.names('quarantine')).toEqual([]);
    },
  );
});

describe('verifying a stored model', () => {
  test('[MS52] that is good says where it is, and writes its record anew', async () => {
    await download(stage.store());
    await rm(record());
    expect(await verify({ now: () => 77 })).toEqual({ ok: true, value: { path: blob(), sizeBytes: 10_000 } });
    expect(await kindOf()).toBe('verified');
    expect(valueIn(await stage.store().list())[0]?.verifiedAtMs).toBe(77);
  });

  test('[MS52] that is good is allowed where no record can be written', async () => {
    await download(stage.store());
    await rm(record());
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name }) => (['open.create', 'makeDirectory'].includes(name) ? 'EROFS' : null),
    });
    expect((await verify({ fileSystem })).ok).toBe(true);
    expect(await kindOf()).toBe('unproved');
  });

  test('[MS52] that is not there is model_not_stored', async () => {
    expect(reasonOf(await verify())).toBe('model_not_stored');
    await download(stage.store());
    await rm(blob());
    expect(reasonOf(await verify())).toBe('model_not_stored');
  });

  test.each<readonly [string, Uint8Array, string]>([
    ['of other bytes', flipped, 'digest_mismatch'],
    ['cut short', STORE_MODEL.subarray(0, 9_999), 'size_short'],
    ['that is empty', new Uint8Array(0), 'size_short'],
    ['with a byte more', Buffer.concat([STORE_MODEL, new Uint8Array(1)]), 'size_exceeded'],
  ])('[MS53] %s takes it out, with its evidence', async (_name, bytes, reason) => {
    await download(stage.store());
    await overwrite(bytes);
    expect(reasonOf(await verify())).toBe(reason);
    expect([await stage.names('sha256'), await stage.names('records')]).toEqual([[], []]);
    expect(await evidence()).toMatchObject({
      reason,
      expected: STORE_SPEC,
      actual: specOf(bytes),
      firstBytesBase64: Buffer.from(bytes.subarray(0, 4_096)).toString('base64'),
    });
    expect(await kindOf()).toBe('absent');
  });

  test('[MS53] deletes its record before anything else, and the model last', async () => {
    await download(stage.store());
    await overwrite(flipped);
    const fileSystem = createFaultyStoreFileSystem();
    await verify({ fileSystem });
    const changes = fileSystem
      .told(stage.dir())
      .filter((call) => /^(unlink|rename)/.test(call))
      .map((call) => call.replace(/[0-9a-f]{64}[^ ]*/g, '…'));
    expect(changes).toEqual(['unlink records/…', 'rename quarantine/… → quarantine/…', 'unlink sha256/…']);
  });

  test('[MS53] whose header the loader must not see takes it out', async () => {
    const split = encodePlan(withValue(BPE_PLAN, 'split.count', value.u16(2))).bytes;
    const spec = specOf(split);
    await download(stage.store());
    await writeFile(stage.path('sha256', spec.sha256), split);
    expect(reasonOf(await stage.store().verify(spec, NEVER_ABORTED))).toBe('gguf_split');
    expect(await stage.names('sha256')).toEqual([sha256]);
  });

  test('[MS54] that is a link takes out the link, and touches nothing behind it', async () => {
    await download(stage.store());
    await rename(blob(), stage.path('outside'));
    await symlink(stage.path('outside'), blob());
    expect(reasonOf(await verify())).toBe('model_not_stored');
    expect(await stage.names('sha256')).toEqual([]);
    expect(Buffer.compare(await readFile(stage.path('outside')), STORE_MODEL)).toBe(0);
    expect(await evidence()).toMatchObject({ reason: 'model_file_not_regular', firstBytesBase64: '' });
  });

  test('[MS54] that is a directory makes room for the model, and keeps what is in it', async () => {
    await download(stage.store());
    await rm(blob());
    await mkdir(blob());
    expect(reasonOf(await verify())).toBe('model_not_stored');
    await mkdir(blob());
    await writeFile(stage.path('sha256', sha256, 'thesis.txt'), 'kept');
    expect(reasonOf(await verify())).toBe('model_not_stored');
    expect((await download(stage.store())).ok).toBe(true);
    const [moved] = (await stage.names('quarantine')).filter((name) => name.endsWith('.directory'));
    expect(await readFile(stage.path('quarantine', moved!, 'thesis.txt'), 'utf8')).toBe('kept');
  });

  test('[MS55] that cannot be read is model_file_unreadable, and leaves it there', async () => {
    await download(stage.store());
    const reading = createFaultyStoreFileSystem({
      fail: ({ name, path }) => (name === 'file.read' && path === blob() ? 'EIO' : null),
    });
    const opening = createFaultyStoreFileSystem({
      fail: ({ name, path }) => (name === 'open.read' && path === blob() ? 'EACCES' : null),
    });
    expect(reasonOf(await verify({ fileSystem: reading }))).toBe('model_file_unreadable');
    expect(reasonOf(await verify({ fileSystem: opening }))).toBe('model_file_unreadable');
    expect(await kindOf()).toBe('verified');
  });

  test('[MS55] is start_superseded once aborted, and leaves it there', async () => {
    await download(stage.store());
    const controller = new AbortController();
    const answer = stage.store().verify(STORE_SPEC, controller.signal);
    controller.abort();
    expect(reasonOf(await answer)).toBe('start_superseded');
    expect(await kindOf()).toBe('verified');
  });

  test('[MS56] that another process replaces meanwhile is verified as it is then', async () => {
    await download(stage.store());
    await overwrite(flipped);
    await writeFile(stage.path('good'), STORE_MODEL);
    let hasStruck = false;
    const hash = createHashFile(new URL('file:///none.mjs'));
    const hashFile: typeof hash = async (...args) => {
      const answer = await hash(...args);
      if (!hasStruck) await rename(stage.path('good'), blob());
      hasStruck = true;
      return answer;
    };
    expect((await verify({ hashFile })).ok).toBe(true);
    expect(await stage.names('quarantine')).toEqual([]);
  });

  let changes = 0;
  test('[MS56] that changes each time it is read is model_file_changed', async () => {
    await download(stage.store());
    const hash = createHashFile(new URL('file:///none.mjs'));
    const hashFile: typeof hash = async (...args) => {
      const answer = await hash(...args);
      changes += 1;
      await utimes(blob(), 1, changes);
      return answer;
    };
    expect(reasonOf(await verify({ hashFile }))).toBe('model_file_changed');
    expect(await stage.names('sha256')).toEqual([sha256]);
  });
});
