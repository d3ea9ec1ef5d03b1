import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PIN_FILE_BYTES_MAX, readPinFile } from '../../../services/pin-file.ts';
import { writePin } from '../../../services/pin-write.ts';
import { replaceFile } from '../../../services/replace-file.ts';
import { systemError } from '../../doubles/faulty-file-system.ts';
import { pinFileOf, pinOf } from '../../doubles/pin-samples.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pin-write-'));
  path = join(folder, 'llamero.lock.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const reasonOf = async (answer: ReturnType<typeof writePin>) => {
  const settled = await answer;
  return settled.ok ? 'written' : [settled.reason, settled.pointer, settled.rule];
};

describe('writing a pin', () => {
  test('[PN16] makes the file, with one text for one content', async () => {
    await writePin(path, 'small', pinOf({ licence: 'MIT', mirrors: ['https://a.example/x'] }));
    expect(await readFile(path, 'utf8')).toBe(`{
  "version": 1,
  "models": {
    "small": {
      "url": "${pinOf().url}",
      "mirrors": [
        "https://a.example/x"
      ],
      "sha256": "${pinOf().sha256}",
      "sizeBytes": 2600000,
      "licence": "MIT"
    }
  }
}
`);
  });

  test('[PN16] gives the same bytes in whatever order the pins come, numbers among their names too', async () => {
    const names = ['b', '10', 'a', '9', 'a-1'];
    for (const name of names) await writePin(path, name, pinOf());
    const text = await readFile(path, 'utf8');
    await rm(path);
    for (const name of names.toReversed()) await writePin(path, name, pinOf());
    expect(await readFile(path, 'utf8')).toBe(text);
    expect([...text.matchAll(/^ {4}"(.*)": \{$/gm)].map(([, name]) => name)).toEqual([
      '10',
      '9',
      'a',
      'a-1',
      'b',
    ]);
  });

  test('[PN17] keeps every other pin, the expiry, and the order of fields', async () => {
    const other = pinOf({ licence: 'MIT', url: 'https://a.example/"$&"' });
    await writeFile(
      path,
      JSON.stringify(pinFileOf({ other, small: pinOf() }, { expires: '2999-01-01T00:00:00.500Z' })),
    );
    const changed = pinOf({ sizeBytes: 7 });
    for (const answer of [await writePin(path, 'small', changed), await readPinFile(path, { nowMs: 0 })]) {
      if (!answer.ok) throw new Error(answer.reason);
      expect(Object.fromEntries(answer.pins.models)).toEqual({ other, small: changed });
      expect(answer.pins.expires).toBe('2999-01-01T00:00:00.500Z');
    }
  });

  test('[PN18] of what is there already writes nothing, so a signature stays good', async () => {
    await writePin(path, 'small', pinOf());
    await writeFile(`${path}.minisig`, 'a signature');
    const before = await stat(path, { bigint: true });
    expect(await writePin(path, 'small', pinOf())).toMatchObject({ ok: true, signature: 'unchecked' });
    const after = await stat(path, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  test('[PN18] makes a sequence grow by one with a change, and with none stay', async () => {
    await writeFile(path, JSON.stringify(pinFileOf({ small: pinOf() }, { sequence: 4 })));
    const sequences = [];
    for (const sizeBytes of [1, 1, 2]) {
      const answer = await writePin(path, 'small', pinOf({ sizeBytes }));
      sequences.push(answer.ok ? answer.pins.sequence : null);
    }
    expect(sequences).toEqual([5, 5, 6]);
  });

  test.each([
    ['of a bad name', 'No', pinOf(), ['pins_malformed', '/models/No', 'name']],
    ['without a size', 'a', { ...pinOf(), sizeBytes: 0 }, ['pins_malformed', '/models/a/sizeBytes', 'size']],
  ])('[PN19] %s is refused, and no file is made', async (_, name, pin, refusal) => {
    expect(await reasonOf(writePin(path, name, pin))).toEqual(refusal);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['that is cut off', '{"version":1,"mod', ['pins_malformed', '', 'json']],
    ['of another version', '{"version":2}', ['pins_version', '/version', 'version']],
    [
      'with a field that is not known',
      '{"version":1,"models":{},"x":1}',
      ['pins_malformed', '/x', 'field_unknown'],
    ],
    ['that is something else', 'export PATH=/bin\n', ['pins_malformed', '', 'json']],
  ])('[PN19] never overwrites a file %s', async (_, text, refusal) => {
    await writeFile(path, text);
    expect(await reasonOf(writePin(path, 'small', pinOf()))).toEqual(refusal);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['llamero.lock.json']);
  });

  test('[PN19] stops at the bounds that a reader has', async () => {
    const full = Object.fromEntries(Array.from({ length: 1024 }, (_, index) => [`m${index}`, pinOf()]));
    await writeFile(path, JSON.stringify(pinFileOf(full)));
    expect(await reasonOf(writePin(path, 'one-more', pinOf()))).toEqual([
      'pins_malformed',
      '/models',
      'models',
    ]);
    expect(await reasonOf(writePin(path, 'm0', pinOf({ sizeBytes: 1 })))).toBe('written');
    expect(await reasonOf(writePin(path, 'm1', pinOf({ url: 'x'.repeat(PIN_FILE_BYTES_MAX) })))).toEqual([
      'pins_malformed',
      '',
      'too_large',
    ]);
  });

  test('[PN20] where the directory is missing or no directory fails, and leaves nothing', async () => {
    await writeFile(path, 'a file');
    expect(await reasonOf(writePin(join(folder, 'no', 'pins.json'), 'a', pinOf()))).toEqual([
      'store_write_failed',
      '',
      null,
    ]);
    expect(await reasonOf(writePin(join(path, 'pins.json'), 'a', pinOf()))).toEqual([
      'store_write_failed',
      '',
      null,
    ]);
    expect(await readdir(folder)).toEqual(['llamero.lock.json']);
  });

  test('[PN20] that cannot take its place leaves what is there, and nothing beside it', async () => {
    await mkdir(path);
    await writeFile(join(path, 'inner'), 'old');
    await expect(replaceFile(path, 'new', 0o666)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['llamero.lock.json']);
    expect(await readFile(join(path, 'inner'), 'utf8')).toBe('old');
  });

  test.each([
    ['ENOSPC', 'store_full'],
    ['EDQUOT', 'store_full'],
    ['EIO', 'store_write_failed'],
    ['EROFS', 'store_write_failed'],
  ])('[PN20] on a disk that answers %s is %s', async (code, reason) => {
    const replace = () => Promise.reject(systemError(code));
    expect(await reasonOf(writePin(path, 'small', pinOf(), { replace }))).toEqual([reason, '', null]);
  });

  test('[PN20] shows a reader the old file or the new one, never a part', async () => {
    await writePin(path, 'small', pinOf({ sizeBytes: 1 }));
    let writing = true;
    const seen = new Set<boolean>();
    const reader = (async () => {
      while (writing) seen.add((await readPinFile(path, { nowMs: 0 })).ok);
    })();
    for (let sizeBytes = 2; sizeBytes < 40; sizeBytes += 1)
      await writePin(path, 'small', pinOf({ sizeBytes }));
    writing = false;
    await reader;
    expect([...seen]).toEqual([true]);
    expect(await readdir(folder)).toEqual(['llamero.lock.json']);
  });

  test('[PN21] through a link changes what it leads to, and keeps the link and the permissions', async () => {
    const real = join(folder, 'real.json');
    await writeFile(real, JSON.stringify(pinFileOf({})));
    await chmod(real, 0o600);
    await symlink(real, path);
    expect(await reasonOf(writePin(path, 'small', pinOf()))).toBe('written');
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect((await stat(real)).mode & 0o777).toBe(0o600);
    expect(await readFile(real, 'utf8')).toContain('"small"');
  });

  test('[PN21] through a link that leads nowhere is refused, and nothing is made there', async () => {
    await symlink(join(folder, 'nowhere.json'), path);
    expect(await reasonOf(writePin(path, 'small', pinOf()))).toEqual(['pins_malformed', '', 'unreadable']);
    expect(await readdir(folder)).toEqual(['llamero.lock.json']);
  });
});
