import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { nodeStoreFileSystem } from '../../../services/store-file-system.ts';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  download,
  fillPartial,
  NEVER_ABORTED,
  openPartial,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const { sha256 } = STORE_SPEC;
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);
const inspected = async (): Promise<string> => valueIn(await stage.store().inspect(STORE_SPEC)).kind;

describe('publishing a model', () => {
  test('[MS12] gives its bytes their final name, and is then known without reading them', async () => {
    const answer = await download(stage.store());
    expect(answer).toEqual({
      ok: true,
      value: { path: stage.path('sha256', sha256), sizeBytes: STORE_SPEC.sizeBytes },
    });
    expect(stage.store().pathOf(sha256)).toBe(stage.path('sha256', sha256));
    expect(Buffer.compare(await readFile(stage.path('sha256', sha256)), STORE_MODEL)).toBe(0);
    expect(await inspected()).toBe('verified');
  });

  test('[MS12] works on the file system as it is, flushes and all', async () => {
    const store = stage.store({ fileSystem: nodeStoreFileSystem });
    expect((await download(store)).ok).toBe(true);
    expect(await inspected()).toBe('verified');
  });

  test('[MS12] leaves nothing but the model and its record', async () => {
    await download(stage.store());
    const left = await Promise.all(['partial', 'locks', 'quarantine', 'records'].map(stage.names));
    expect(left).toEqual([[], [], [], [`${sha256}.json`]]);
  });

  test('[MS13] makes directories for their owner alone, and models that nobody writes to', async () => {
    await download(stage.store());
    const modes = await Promise.all([
      mode(stage.path('sha256')),
      mode(stage.path('partial')),
      mode(stage.path('sha256', sha256)),
      mode(stage.path('records', `${sha256}.json`)),
    ]);
    expect(modes).toEqual(['700', '700', '400', '600']);
  });

  test('[MS13] writes into a file that only its owner can read', async () => {
    const partial = await openPartial(stage.store());
    const [name] = await stage.names('partial');
    expect(await mode(stage.path('partial', name!))).toBe('600');
    await partial.close();
  });

  test('[MS14] flushes the file, reads it, gives it its name, flushes the directory and writes the record, in this order', async () => {
    const fileSystem = createFaultyStoreFileSystem();
    const store = stage.store({ fileSystem });
    const partial = await openPartial(store);
    await partial.restart(null);
    await partial.append(STORE_MODEL);
    const before = fileSystem.calls.length;
    await partial.verify(NEVER_ABORTED);
    await partial.publish();
    const steps = fileSystem
      .told(stage.dir())
      .slice(before)
      .map((call) =>
        call
          .replace(/partial\/\S+\.part/, 'PART')
          .replace(`sha256/${sha256}`, 'MODEL')
          .replace(/records\/\S+\.tmp/, 'TEMPORARY')
          .replace(/records\/\S+\.json/, 'RECORD'),
      )
      .filter((call) => /^(file\.(write|sync|read|setMode)|rename|syncDirectory)/.test(call));
    expect(steps).toEqual([
      'file.write PART',
      'file.sync PART',
      'file.read PART',
      'file.read PART',
      'file.setMode PART',
      'rename PART → MODEL',
      'syncDirectory sha256',
      'file.write TEMPORARY',
      'file.sync TEMPORARY',
      'rename TEMPORARY → RECORD',
      'syncDirectory records',
    ]);
    await partial.close();
  });

  test('[MS15] is refused before the file was verified', async () => {
    const partial = await openPartial(stage.store());
    await partial.restart(null);
    await partial.append(STORE_MODEL);
    expect(await partial.publish()).toEqual({ ok: false, reason: 'internal_error' });
    await partial.close();
    expect(await stage.names('sha256')).toEqual([]);
  });

  test('[MS15] is refused once the file changed behind it', async () => {
    const partial = await openPartial(stage.store());
    expect(await fillPartial(partial)).toBeNull();
    const [name] = (await stage.names('partial')).filter((one) => one.endsWith('.part'));
    await writeFile(stage.path('partial', name!), 'other', { flag: 'r+' });
    expect(await partial.publish()).toEqual({ ok: false, reason: 'model_file_changed' });
    await partial.close();
    expect(await stage.names('sha256')).toEqual([]);
  });

  test('[MS16] leaves a model that another process published meanwhile as it is', async () => {
    const mine = await openPartial(stage.store());
    expect(await fillPartial(mine)).toBeNull();
    await download(stage.store());
    const theirs = await stat(stage.path('sha256', sha256));
    expect((await mine.publish()).ok).toBe(true);
    await mine.close();
    expect((await stat(stage.path('sha256', sha256))).ino).toBe(theirs.ino);
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS16] replaces what has the name of the model and is not proved', async () => {
    await download(stage.store());
    const bad = createModelBytes(10_000, 2);
    await nodeStoreFileSystem.unlink(stage.path('sha256', sha256));
    await writeFile(stage.path('sha256', sha256), bad);
    expect((await download(stage.store())).ok).toBe(true);
    expect(await inspected()).toBe('verified');
    expect(Buffer.compare(await readFile(stage.path('sha256', sha256)), STORE_MODEL)).toBe(0);
  });

  test('[MS16] by two stores at a time ends with one good file', async () => {
    const [first, second] = [await openPartial(stage.store()), await openPartial(stage.store())];
    expect(await Promise.all([fillPartial(first), fillPartial(second)])).toEqual([null, null]);
    const answers = await Promise.all([first.publish(), second.publish()]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
    await Promise.all([first.close(), second.close()]);
    expect(Buffer.compare(await readFile(stage.path('sha256', sha256)), STORE_MODEL)).toBe(0);
    expect(await stage.names('partial')).toEqual([]);
    expect(valueIn(await stage.store().verify(STORE_SPEC, NEVER_ABORTED)).sizeBytes).toBe(10_000);
  });

  test('[MS16] of several models at a time ends with all of them', async () => {
    const models = [5_000, 6_000, 7_000].map((sizeBytes) => createModelBytes(sizeBytes));
    const store = stage.store();
    const answers = await Promise.all(models.map((bytes) => download(store, { bytes })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const listed = valueIn(await store.list());
    expect(listed.map((model) => model.sha256)).toEqual(models.map((bytes) => specOf(bytes).sha256).sort());
  });
});
