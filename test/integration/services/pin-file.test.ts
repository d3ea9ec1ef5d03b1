import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PIN_FILE_BYTES_MAX, readPinFile } from '../../../services/pin-file.ts';
import { createFaultyFileSystem, systemError } from '../../doubles/faulty-file-system.ts';
import { createSigner } from '../../doubles/minisign-signer.ts';
import { pinFileOf, pinOf } from '../../doubles/pin-samples.ts';

const NOW_MS = Date.UTC(2026, 10, 25);
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pin-file-'));
  path = join(folder, 'llamero.lock.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const textOf = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify(pinFileOf({ small: pinOf() }, changes));
const read = (options: Partial<Parameters<typeof readPinFile>[1]> = {}) =>
  readPinFile(path, { nowMs: NOW_MS, ...options });
const refusalOf = async (options: Parameters<typeof read>[0] = {}) => {
  const answer = await read(options);
  if (answer.ok) throw new Error('it was not refused');
  return [answer.reason, answer.rule];
};

describe('a file of pins on disk', () => {
  test('[PN14] is read whole', async () => {
    await writeFile(path, textOf({ sequence: 2 }));
    const answer = await read();
    expect(answer).toMatchObject({ ok: true, signature: 'none', pins: { sequence: 2 } });
    expect(answer.ok && [...answer.pins.models]).toEqual([['small', pinOf()]]);
  });

  test('[PN14] that is not there is missing, and so is one below a file', async () => {
    expect(await refusalOf()).toEqual(['pins_missing', null]);
    await writeFile(path, textOf());
    expect(await readPinFile(join(path, 'deeper'), { nowMs: NOW_MS })).toMatchObject({
      reason: 'pins_missing',
    });
  });

  test.each([
    ['is empty', '', 'json'],
    ['is cut off', textOf().slice(0, -1), 'json'],
    ['holds a comment', `// pins\n${textOf()}`, 'json'],
    ['is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'encoding'],
    ['is a list', '[]', 'plain_object'],
    ['is all zeros', Buffer.alloc(4096), 'json'],
    ['is one byte too large', textOf().padEnd(PIN_FILE_BYTES_MAX + 1), 'too_large'],
    ['names a prototype', textOf().replace('"small"', '"__proto__"'), 'name'],
  ])('[PN14] that %s is malformed', async (_, content, rule) => {
    await writeFile(path, content);
    expect(await refusalOf()).toEqual(['pins_malformed', rule]);
    expect(({} as Record<string, unknown>)['url']).toBeUndefined();
  });

  test('[PN14] of exactly 1 MiB is read', async () => {
    await writeFile(path, textOf().padEnd(PIN_FILE_BYTES_MAX));
    expect(await read()).toMatchObject({ ok: true });
  });

  test('[PN14] that is a directory is no regular file', async () => {
    await mkdir(path);
    expect(await refusalOf()).toEqual(['pins_malformed', 'not_regular']);
  });

  test.each(['EACCES', 'EIO', 'ELOOP'])('[PN14] that cannot be read for %s is unreadable', async (code) => {
    const fileSystem = createFaultyFileSystem({
      open: () => {
        throw systemError(code);
      },
    });
    expect(await refusalOf({ fileSystem })).toEqual(['pins_malformed', 'unreadable']);
  });

  test('[PN15] may be a link, and one that leads nowhere is missing', async () => {
    const real = join(folder, 'real.json');
    await writeFile(real, textOf());
    await symlink(real, path);
    expect(await read()).toMatchObject({ ok: true });
    await rm(real);
    expect(await refusalOf()).toEqual(['pins_missing', null]);
  });

  test('[PN15] that is a link to itself is unreadable', async () => {
    await symlink(path, path);
    expect(await refusalOf()).toEqual(['pins_malformed', 'unreadable']);
  });

  test('[PN10] that is expired is refused, signed or not', async () => {
    await writeFile(path, textOf({ expires: '2026-11-25T00:00:00Z' }));
    expect(await refusalOf()).toEqual(['pins_expired', null]);
    expect(await read({ nowMs: NOW_MS - 1 })).toMatchObject({ ok: true });
  });
});

describe('a signed file of pins', () => {
  const signer = createSigner();
  const { keyText: publicKey } = signer;
  const writeSigned = async (text: string, by = signer) => {
    await writeFile(path, text);
    await writeFile(`${path}.minisig`, by.sign(text));
  };
  const memoryPath = () => join(folder, 'store', 'pins', `${signer.keyId}.json`);
  const readKept = () => read({ publicKey, storeDir: join(folder, 'store') });
  const reasonKept = async () => {
    const answer = await readKept();
    return answer.ok ? 'pins_valid' : answer.reason;
  };
  const readSequence = async (sequence: number | undefined) => {
    await writeSigned(textOf({ sequence }));
    return reasonKept();
  };

  test('[SG7] is told as verified by its key, as unchecked without one', async () => {
    await writeSigned(textOf());
    expect(await read({ publicKey })).toMatchObject({ ok: true, signature: 'verified' });
    expect(await read()).toMatchObject({ ok: true, signature: 'unchecked' });
  });

  test('[SG8] without its signature is unsigned', async () => {
    await writeFile(path, textOf());
    expect(await refusalOf({ publicKey })).toEqual(['pins_unsigned', null]);
  });

  test.each([
    ['of another key', async () => writeSigned(textOf(), createSigner()), 'signature_mismatch'],
    [
      'of the same pins in other bytes',
      async () => {
        await writeSigned(textOf());
        await writeFile(path, `${textOf()}\n`);
      },
      'signature_mismatch',
    ],
    [
      'that is cut off',
      async () => writeSigned(textOf()).then(() => writeFile(`${path}.minisig`, 'untrusted')),
      'signature_malformed',
    ],
    [
      'that is empty',
      async () => writeSigned(textOf()).then(() => writeFile(`${path}.minisig`, '')),
      'signature_malformed',
    ],
    [
      'that is no UTF-8',
      async () => writeSigned(textOf()).then(() => writeFile(`${path}.minisig`, Buffer.from([0xff]))),
      'signature_malformed',
    ],
    [
      'that is a directory',
      async () => writeFile(path, textOf()).then(() => mkdir(`${path}.minisig`)),
      'signature_malformed',
    ],
  ])('[SG8] with a signature %s is refused', async (_, prepare, reason) => {
    await prepare();
    expect(await refusalOf({ publicKey })).toEqual([reason, null]);
  });

  test('[SG8] is judged by its signature before what it says', async () => {
    await writeFile(path, 'no json');
    await writeFile(`${path}.minisig`, signer.sign('no json'));
    expect(await refusalOf({ publicKey })).toEqual(['pins_malformed', 'json']);
    await writeFile(path, 'no json at all');
    expect(await refusalOf({ publicKey })).toEqual(['signature_mismatch', null]);
  });

  test('[SG8] with a key that cannot be read is refused before anything is read', async () => {
    expect(await refusalOf({ publicKey: 'RWQ' })).toEqual(['signature_malformed', null]);
  });

  test('[SG9] may grow in its sequence and stay, and not fall', async () => {
    const reasons = [];
    for (const sequence of [3, 3, 7, 6, 7, undefined]) reasons.push(await readSequence(sequence));
    expect(reasons).toEqual([
      'pins_valid',
      'pins_valid',
      'pins_valid',
      'pins_rolled_back',
      'pins_valid',
      'pins_rolled_back',
    ]);
    expect(JSON.parse(await readFile(memoryPath(), 'utf8'))).toEqual({ version: 1, sequence: 7 });
    expect(await readdir(join(folder, 'store', 'pins'))).toEqual([`${signer.keyId}.json`]);
  });

  test('[SG9] of another key has a memory of its own', async () => {
    await readSequence(7);
    const other = createSigner();
    await writeSigned(textOf({ sequence: 1 }), other);
    expect(await read({ publicKey: other.keyText, storeDir: join(folder, 'store') })).toMatchObject({
      ok: true,
    });
    expect((await readdir(join(folder, 'store', 'pins'))).sort()).toEqual(
      [`${signer.keyId}.json`, `${other.keyId}.json`].sort(),
    );
  });

  test('[SG9] without a sequence, or without a store, leaves no memory', async () => {
    await readSequence(undefined);
    await writeSigned(textOf({ sequence: 7 }));
    await read({ publicKey });
    await expect(readdir(join(folder, 'store'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('[SG10] that is refused is not remembered', async () => {
    await writeSigned(textOf({ sequence: 9, expires: '2026-01-01T00:00:00Z' }));
    expect(await reasonKept()).toBe('pins_expired');
    await writeFile(path, textOf({ sequence: 9 }));
    expect(await reasonKept()).toBe('signature_mismatch');
    expect(await readSequence(1)).toBe('pins_valid');
  });

  test.each([
    '',
    '{"version":1,"seq',
    '[]',
    'null',
    '{"version":2,"sequence":99}',
    '{"version":1,"sequence":"99"}',
    `${'x'.repeat(5000)}`,
  ])('[SG11] heals a memory that makes no sense: %j', async (torn) => {
    await mkdir(join(folder, 'store', 'pins'), { recursive: true });
    await writeFile(memoryPath(), torn);
    expect(await readSequence(3)).toBe('pins_valid');
    expect(JSON.parse(await readFile(memoryPath(), 'utf8'))).toEqual({ version: 1, sequence: 3 });
  });

  test('[SG12] is refused where its memory can be neither read nor written', async () => {
    await mkdir(memoryPath(), { recursive: true });
    expect(await readSequence(3)).toBe('store_unavailable');
    await rm(join(folder, 'store'), { recursive: true });
    await writeFile(join(folder, 'store'), 'a file');
    expect(await readSequence(3)).toBe('store_unavailable');
  });
});
