import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { runLs } from '../../../cli/ls.ts';
import { runRm } from '../../../cli/rm.ts';
import { runVerify } from '../../../cli/verify.ts';
import { stagePinFolder } from '../../doubles/pin-folder.ts';
import { pinOf } from '../../doubles/pin-samples.ts';
import { type LibraryScript, scriptCommand, storedModel } from '../../doubles/scripted-library.ts';

const { options, writePins } = stagePinFolder();
const SMALL = pinOf();
const OTHER = storedModel();
const STORED = [
  OTHER,
  storedModel({
    sha256: SMALL.sha256,
    sizeBytes: SMALL.sizeBytes,
    path: '/store/sha256/0',
    isVerified: false,
  }),
];

const run = async (
  command: 'ls' | 'verify' | 'rm',
  targets: readonly string[],
  script: LibraryScript = {},
  output = { json: false },
) => {
  const scripted = scriptCommand({ stored: STORED, ...script }, output);
  const { tools } = scripted;
  const code =
    command === 'ls'
      ? await runLs(options(), tools)
      : await (command === 'verify' ? runVerify : runRm)(targets, options(), tools);
  return { code, ...scripted };
};

describe('llamero ls', () => {
  test('[CM19] lists what is pinned in the order of the names, then what is stored under none', async () => {
    await writePins({ small: SMALL, absent: pinOf({ sha256: 'd'.repeat(64), sizeBytes: 1_000_000_000 }) });
    const { code, stdout } = await run('ls', []);
    expect(code).toBe(0);
    expect(stdout()).toBe(
      [
        `absent    1.0 GB  not stored  ${'d'.repeat(64)}`,
        `small     2.6 MB  unproved    ${SMALL.sha256}`,
        `-         3.0 kB  verified    ${OTHER.sha256}`,
        '',
      ].join('\n'),
    );
  });

  test('[CM19] gives an object a line in JSON', async () => {
    const { objects } = await run('ls', [], {}, { json: true });
    expect(objects()[0]).toEqual({
      type: 'model',
      name: null,
      sizeBytes: 3000,
      state: 'verified',
      sha256: OTHER.sha256,
      path: OTHER.path,
    });
  });

  test('[CM19] of nothing says how to begin, and prints nothing', async () => {
    const { code, stdout, stderr } = await run('ls', [], { stored: [] });
    expect([code, stdout()]).toEqual([0, '']);
    expect(stderr()).toContain('llamero pin URL');
  });

  test('[CM19] with a malformed file of pins exits 2', async () => {
    await writeFile(options().pins, '{}');
    expect((await run('ls', [])).code).toBe(2);
  });
});

describe('llamero verify', () => {
  test('[CM20] without a name proves every stored model', async () => {
    await writePins({ small: SMALL });
    const { code, stdout, calls } = await run('verify', []);
    expect(code).toBe(0);
    expect(stdout()).toBe(`verified  ${OTHER.sha256}\nverified  small\n`);
    expect(calls.filter(([name]) => name === 'verify').map(([, spec]) => spec)).toEqual([
      { sha256: OTHER.sha256, sizeBytes: 3000 },
      { sha256: SMALL.sha256, sizeBytes: SMALL.sizeBytes },
    ]);
  });

  test('[CM20] goes on after one that is bad, and exits with the code of the first', async () => {
    await writePins({ small: SMALL });
    const bad = { [OTHER.sha256]: 'digest_mismatch' } as const;
    const { code, stdout, stderr } = await run('verify', [OTHER.sha256.toUpperCase(), 'small'], { bad });
    expect(code).toBe(3);
    expect(stdout()).toBe('verified  small\n');
    expect(stderr()).toContain(`${OTHER.sha256}: digest_mismatch: `);
  });

  test('[CM20] of a digest that is not stored exits 1', async () => {
    const { code, stderr } = await run('verify', ['9'.repeat(64)]);
    expect(code).toBe(1);
    expect(stderr()).toContain('model_not_stored');
  });

  test('[CM20] of an unknown name exits 2 and proves nothing', async () => {
    await writePins({ small: SMALL });
    const { code, calls } = await run('verify', ['small', 'smal']);
    expect(code).toBe(2);
    expect(calls.map(([name]) => name)).toEqual(['close']);
  });

  test('[CM20] shows how far it is', async () => {
    const { shown } = await run('verify', [OTHER.sha256]);
    expect(shown).toMatchObject([{ step: 'verifying', doneBytes: 1500, totalBytes: 3000, ratio: 0.5 }]);
  });

  test('[CM20] that is interrupted proves no other and exits 130', async () => {
    const command = scriptCommand({ stored: STORED, holds: true });
    const ended = runVerify([], options(), command.tools);
    while (command.shown.length === 0) await new Promise((resume) => setImmediate(resume));
    command.interrupt();
    expect(await ended).toBe(130);
    expect(command.calls.map(([name]) => name)).toEqual(['verify', 'settle', 'close']);
    expect(command.stdout()).toBe('');
  });
});

describe('llamero rm', () => {
  test('[CM21] deletes by name and by digest', async () => {
    await writePins({ small: SMALL });
    const { code, stdout, calls } = await run('rm', ['small', OTHER.sha256.toUpperCase()]);
    expect(code).toBe(0);
    expect(stdout()).toBe(`removed  small\nremoved  ${OTHER.sha256}\n`);
    expect(calls).toEqual([['remove', SMALL.sha256], ['remove', OTHER.sha256], ['close']]);
  });

  test('[CM21] of what is not stored exits 1, and deletes the rest', async () => {
    await writePins({ small: SMALL });
    const bad = { [SMALL.sha256]: 'model_not_stored' } as const;
    const { code, stdout, stderr } = await run('rm', ['small', OTHER.sha256], { bad });
    expect(code).toBe(1);
    expect(stdout()).toBe(`removed  ${OTHER.sha256}\n`);
    expect(stderr()).toContain('small: model_not_stored');
  });

  test('[CM21] of an unknown name exits 2 and deletes nothing', async () => {
    await writePins({ small: SMALL });
    const { code, opened } = await run('rm', ['small', 'smal']);
    expect([code, opened]).toEqual([2, []]);
  });

  test.each(['rm', 'verify'] as const)(
    '[CM22] needs no sound file of pins for digests: %s',
    async (command) => {
      await writeFile(options().pins, 'torn');
      expect((await run(command, [OTHER.sha256])).code).toBe(0);
      expect((await run(command, ['small'])).code).toBe(2);
    },
  );

  test.each(['rm', 'verify'] as const)(
    '[CM22] says that there is no file of pins for a name: %s',
    async (command) => {
      const { code, stderr } = await run(command, ['small']);
      expect(code).toBe(2);
      expect(stderr()).toContain('small: pins_missing');
    },
  );
});
