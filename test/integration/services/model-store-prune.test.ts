import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  download,
  ETAG,
  openPartial,
  processNumber,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const { sha256 } = STORE_SPEC;
const DIRECTORIES = ['locks', 'partial', 'quarantine', 'records', 'sha256'];

describe('listing and removing', () => {
  test('[MS57] tells every model in the order of their digests, verified or not', async () => {
    const models = [6_000, 7_000, 8_000].map((sizeBytes) => createModelBytes(sizeBytes));
    const store = stage.store({ now: () => 1_700_000_000_000 });
    for (const bytes of models) await download(store, { bytes });
    const unproved = specOf(models[1]!).sha256;
    await writeFile(stage.path('records', `${unproved}.json`), '');
    const expected = models
      .map((bytes) => ({
        ...specOf(bytes),
        path: stage.path('sha256', specOf(bytes).sha256),
        isVerified: specOf(bytes).sha256 !== unproved,
        verifiedAtMs: specOf(bytes).sha256 === unproved ? null : 1_700_000_000_000,
      }))
      .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    expect(valueIn(await store.list())).toEqual(expected);
  });

  test('[MS57] tells of no other names, links or directories', async () => {
    await download(stage.store());
    await writeFile(stage.path('sha256', 'README.txt'), 'hello');
    await writeFile(stage.path('sha256', 'A'.repeat(64)), 'hello');
    await mkdir(stage.path('sha256', 'b'.repeat(64)));
    await symlink(stage.path('sha256', sha256), stage.path('sha256', 'c'.repeat(64)));
    expect(valueIn(await stage.store().list()).map((model) => model.sha256)).toEqual([sha256]);
  });

  test('[MS58] removes the model and its record, and nothing else', async () => {
    const other = createModelBytes(6_000);
    await download(stage.store(), { bytes: other });
    await download(stage.store());
    expect(await stage.store().remove(sha256)).toEqual({
      ok: true,
      value: { path: stage.path('sha256', sha256), sizeBytes: 10_000 },
    });
    expect(await stage.names('sha256')).toEqual([specOf(other).sha256]);
    expect(await stage.names('records')).toEqual([`${specOf(other).sha256}.json`]);
    expect(reasonOf(await stage.store().remove(sha256))).toBe('model_not_stored');
  });

  test('[MS58] does not remove a link or a directory', async () => {
    await download(stage.store());
    await symlink(stage.path('sha256', sha256), stage.path('sha256', 'c'.repeat(64)));
    expect(reasonOf(await stage.store().remove('c'.repeat(64)))).toBe('model_not_stored');
    expect(await stage.names('sha256')).toHaveLength(2);
  });

  test('[MS58] that the disk refuses is store_write_failed, and the model is then to be read again', async () => {
    await download(stage.store());
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name, path }) => (name === 'unlink' && path.includes('/sha256/') ? 'EIO' : null),
    });
    expect(reasonOf(await stage.store({ fileSystem }).remove(sha256))).toBe('store_write_failed');
    expect(valueIn(await stage.store().inspect(STORE_SPEC)).kind).toBe('unproved');
  });
});

describe('pruning', () => {
  const inDays = (days: number) => ({
    now: () => Date.now() + days * 24 * 60 * 60 * 1_000,
    processes: processNumber(2),
  });

  /** A partial file of 4,000 bytes that an ended process left, and evidence of another. */
  async function leave(): Promise<void> {
    const store = stage.store({ processes: processNumber(1) });
    const bad = await openPartial(store);
    await bad.append(new Uint8Array(10));
    await bad.quarantine('digest_mismatch');
    await bad.close();
    const partial = await openPartial(store);
    await partial.restart(ETAG);
    await partial.append(STORE_MODEL.subarray(0, 4_000));
    await partial.sync();
    await partial.close();
  }

  test('[MS59] deletes no model unless told what to keep', async () => {
    await download(stage.store());
    expect(valueIn(await stage.store(inDays(100)).prune())).toEqual({
      models: 0,
      partials: 0,
      evidence: 0,
      freedBytes: 0,
    });
    expect(await stage.names('sha256')).toEqual([sha256]);
  });

  test('[MS59] deletes the models that are not to be kept, with their records', async () => {
    const other = createModelBytes(6_000);
    await download(stage.store(), { bytes: other });
    await download(stage.store());
    expect(valueIn(await stage.store().prune({ keep: [sha256] }))).toMatchObject({
      models: 1,
      freedBytes: 6_000,
    });
    expect(await stage.names('sha256')).toEqual([sha256]);
    expect(await stage.names('records')).toEqual([`${sha256}.json`]);
  });

  test('[MS60] deletes partial files and evidence from the seventh day on', async () => {
    await leave();
    expect(valueIn(await stage.store(inDays(6.9)).prune())).toMatchObject({ partials: 0, evidence: 0 });
    const report = valueIn(await stage.store(inDays(7.1)).prune());
    expect(report).toMatchObject({ models: 0, partials: 1, evidence: 1 });
    expect(report.freedBytes).toBeGreaterThan(4_000);
    expect([await stage.names('partial'), await stage.names('quarantine')]).toEqual([[], []]);
  });

  test('[MS60] deletes them sooner where it is told so', async () => {
    await leave();
    const report = valueIn(await stage.store(inDays(1)).prune({ olderThanMs: 1_000 }));
    expect(report).toMatchObject({ partials: 1, evidence: 1 });
  });

  test('[MS60] leaves the partial file of a live process, however old', async () => {
    const partial = await openPartial(stage.store({ processes: processNumber(1) }));
    const store = stage.store({ ...inDays(100), processes: processNumber(2, [1]) });
    expect(valueIn(await store.prune())).toMatchObject({ partials: 0 });
    expect(await stage.names('partial')).toHaveLength(1);
    await partial.close();
  });

  test('[MS61] deletes what was left half done: states, records and locks of nothing, and temporary files', async () => {
    await download(stage.store());
    const id = '0'.repeat(16);
    const gone = 'd'.repeat(64);
    const left = [
      ['partial', `${gone}-${id}.json`],
      ['partial', `${gone}-${id}.json.${id}.tmp`],
      ['records', `${gone}.json`],
      ['records', `${gone}.json.${id}.tmp`],
      ['quarantine', `${gone}-${id}.json.${id}.tmp`],
      ['locks', `${gone}.lock`],
      ['locks', `${gone}.lock.${id}.tmp`],
    ] as const;
    const tenDaysAgo = new Date(Date.now() - 10 * 24 * 60 * 60 * 1_000);
    for (const [directory, name] of left) {
      await writeFile(stage.path(directory, name), 'left');
      await utimes(stage.path(directory, name), tenDaysAgo, tenDaysAgo);
    }
    valueIn(await stage.store().prune());
    const names = await Promise.all(DIRECTORIES.map(stage.names));
    expect(names.flat().sort()).toEqual([`${sha256}.json`, sha256].sort());
  });

  test('[MS62] leaves alone whatever else lies in the tree', async () => {
    await download(stage.store());
    const gone = 'd'.repeat(64);
    const strangers = [
      ...DIRECTORIES.map((name) => stage.path(name, 'notes.txt')),
      stage.path('sha256', `${gone}.gguf`),
      stage.path('sha256', 'D'.repeat(64)),
      stage.path('partial', 'x.part'),
      stage.path('partial', `${gone}-1.free.part`),
      stage.path('quarantine', `${gone}.json`),
      stage.path('notes.txt'),
    ];
    for (const path of strangers) {
      await writeFile(path, 'kept');
      await utimes(path, 0, 0);
    }
    valueIn(await stage.store(inDays(1_000)).prune({ keep: [] }));
    for (const path of strangers) expect(await readFile(path, 'utf8')).toBe('kept');
    expect(await stage.names('sha256')).not.toContain(sha256);
  });

  test.each([
    { olderThanMs: -1 },
    { olderThanMs: Number.NaN },
    { keep: ['x'] },
    { keep: [sha256, sha256.toUpperCase()] },
    { keep: 'all' },
  ])('[MS63] with options that make no sense (%j) deletes nothing', async (options) => {
    await download(stage.store());
    expect(reasonOf(await stage.store().prune(options as never))).toBe('options_invalid');
    expect(await stage.names('sha256')).toEqual([sha256]);
  });
});
