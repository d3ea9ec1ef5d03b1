import { mkdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { IntegritySpec } from '../../../policies/runtime-adapter.ts';
import type { ModelStore } from '../../../services/model-store.ts';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { JUNK } from '../../doubles/junk.ts';
import { download, NEVER_ABORTED, reasonOf, STORE_SPEC, stageStore } from '../../doubles/store-stage.ts';

const stage = stageStore();
const { sha256 } = STORE_SPEC;
const DIRECTORIES = ['locks', 'partial', 'quarantine', 'records', 'sha256'];

/** What each function of a store says to a spec. */
const askAll = (store: ModelStore, spec: unknown): Promise<string[]> => {
  const wanted = spec as IntegritySpec;
  return Promise.all(
    [
      store.inspect(wanted),
      store.verify(wanted, NEVER_ABORTED),
      store.lock(wanted, NEVER_ABORTED),
      store.openPartial(wanted),
    ].map(async (answer) => reasonOf(await answer)),
  );
};

describe('names', () => {
  test.each([
    '../../../etc/passwd',
    '..',
    '',
    `../${'a'.repeat(61)}`,
    `${'a'.repeat(63)}/`,
    `${'a'.repeat(63)}\0`,
    `${'a'.repeat(64)}\n`,
    'A'.repeat(64),
    'a'.repeat(63),
    'a'.repeat(65),
    'CON',
    'nul',
    `${'a'.repeat(60)}.txt`,
    `sha256:${'a'.repeat(64)}`,
  ])('[MS17] that are no digest never become a path: %j', async (name) => {
    const fileSystem = createFaultyStoreFileSystem();
    const store = stage.store({ fileSystem });
    expect(await askAll(store, { sha256: name, sizeBytes: 1 })).toEqual(
      Array(4).fill('integrity_spec_malformed'),
    );
    expect(reasonOf(await store.remove(name))).toBe('integrity_spec_malformed');
    expect(reasonOf(await store.prune({ keep: [name] }))).toBe('options_invalid');
    expect(() => store.pathOf(name)).toThrow(TypeError);
    expect(fileSystem.calls).toEqual([]);
  });

  test.each(JUNK)('[MS17] a spec that is $name is refused before the disk is touched', async ({ make }) => {
    const fileSystem = createFaultyStoreFileSystem();
    const reasons = await askAll(stage.store({ fileSystem }), make());
    expect(reasons.every((reason) => reason.startsWith('integrity_spec_'))).toBe(true);
    expect(fileSystem.calls).toEqual([]);
  });

  test('[MS17] a spec that answers differently the second time is not asked a second time', async () => {
    let asked = 0;
    const spec = {
      sizeBytes: 1,
      get sha256() {
        asked += 1;
        return asked === 1 ? sha256 : '../../evil';
      },
    };
    expect((await stage.store().inspect(spec)).ok).toBe(true);
    expect(asked).toBe(1);
  });
});

describe('the directory of a store', () => {
  const unusable: readonly (readonly [string, () => Promise<string>])[] = [
    ['is relative', async () => 'models'],
    ['is empty', async () => ''],
    ['holds a zero', async () => stage.path('a\0b')],
    [
      'is a file',
      async () => {
        await writeFile(stage.path('file'), 'kept');
        return stage.path('file');
      },
    ],
    [
      'is below a file',
      async () => {
        await writeFile(stage.path('file'), 'kept');
        return stage.path('file', 'store');
      },
    ],
    [
      'is a link to nowhere',
      async () => {
        await symlink(stage.path('nowhere'), stage.path('link'));
        return stage.path('link');
      },
    ],
  ];
  test.each(unusable)('[MS18] that %s is store_unavailable for all that needs one', async (name, make) => {
    const store = stage.store({ dir: await make() });
    const writing = [store.lock(STORE_SPEC, NEVER_ABORTED), store.openPartial(STORE_SPEC)];
    const reading = [
      store.inspect(STORE_SPEC),
      store.verify(STORE_SPEC, NEVER_ABORTED),
      store.list(),
      store.prune(),
      store.remove(sha256),
    ];
    const wanted = name === 'is a link to nowhere' ? writing : [...writing, ...reading];
    const reasons = (await Promise.all(wanted)).map((answer) => reasonOf(answer));
    await Promise.all(reading);
    expect(reasons).toEqual(reasons.map(() => 'store_unavailable'));
  });

  test.each(['EACCES', 'EROFS', 'EPERM'])(
    '[MS18] that cannot be written (%s) is store_unavailable',
    async (code) => {
      const fileSystem = createFaultyStoreFileSystem({
        fail: ({ name }) => (name === 'makeDirectory' || name === 'open.create' ? code : null),
      });
      expect(reasonOf(await stage.store({ fileSystem }).openPartial(STORE_SPEC))).toBe('store_unavailable');
      await download(stage.store());
      expect(reasonOf(await stage.store({ fileSystem }).openPartial(STORE_SPEC))).toBe('store_unavailable');
    },
  );

  test('[MS18] on a full disk is store_full', async () => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name }) => (name === 'makeDirectory' ? 'ENOSPC' : null),
    });
    expect(reasonOf(await stage.store({ fileSystem }).lock(STORE_SPEC, NEVER_ABORTED))).toBe('store_full');
  });

  test('[MS18] is made with those above it when something is first written', async () => {
    const dir = stage.path('a', 'b', 'c');
    const store = stage.store({ dir });
    await store.inspect(STORE_SPEC);
    await store.list();
    await store.prune();
    await store.remove(sha256);
    expect(await stage.names('.')).toEqual([]);
    expect((await download(store)).ok).toBe(true);
    expect(await stage.names('a/b/c')).toEqual(DIRECTORIES);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  test('[MS19] may be a link to a directory', async () => {
    await mkdir(stage.path('real'));
    await symlink(stage.path('real'), stage.path('link'));
    expect((await download(stage.store({ dir: stage.path('link') }))).ok).toBe(true);
    expect(await stage.names('real/sha256')).toEqual([sha256]);
  });

  test.each(DIRECTORIES)(
    '[MS19] has no link in it: one in place of %s is store_unavailable for writing',
    async (name) => {
      await download(stage.store());
      await rename(stage.path(name), stage.path('elsewhere'));
      await symlink(stage.path('elsewhere'), stage.path(name));
      expect(reasonOf(await stage.store().openPartial(STORE_SPEC))).toBe('store_unavailable');
      expect(reasonOf(await stage.store().lock(STORE_SPEC, NEVER_ABORTED))).toBe('store_unavailable');
    },
  );

  test('[MS19] whose models are behind a link is store_unavailable for reading and deleting too', async () => {
    await download(stage.store());
    await rename(stage.path('sha256'), stage.path('elsewhere'));
    await symlink(stage.path('elsewhere'), stage.path('sha256'));
    const store = stage.store();
    const answers = await Promise.all([
      store.inspect(STORE_SPEC),
      store.verify(STORE_SPEC, NEVER_ABORTED),
      store.list(),
      store.remove(sha256),
      store.prune({ keep: [] }),
    ]);
    expect(answers.map((answer) => reasonOf(answer))).toEqual(Array(5).fill('store_unavailable'));
    expect(await stage.names('elsewhere')).toEqual([sha256]);
  });
});
