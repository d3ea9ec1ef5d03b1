import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { explainPin, PIN_FILE_NAME, readPinFile, writePin } from '../../../host/pins.ts';
import { SupervisorError } from '../../../host/supervisor-error.ts';
import { createSigner } from '../../doubles/minisign-signer.ts';
import { pinFileOf, pinOf } from '../../doubles/pin-samples.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-pins-'));
  path = join(folder, PIN_FILE_NAME);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function errorOf(answer: Promise<unknown>): Promise<SupervisorError> {
  const error = await answer.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (SupervisorError.isInstance(error)) return error;
  throw error;
}

describe('the pins of a host', () => {
  test('[PN22] are read as they were written', async () => {
    const written = await writePin(path, 'small', pinOf());
    expect(written).toEqual({
      path,
      models: new Map([['small', pinOf()]]),
      sequence: null,
      expiresAtMs: null,
      signature: 'none',
    });
    expect(await readPinFile(path)).toEqual(written);
  });

  test('[PN22] are judged by the machine’s date unless another moment is given', async () => {
    await writeFile(path, JSON.stringify(pinFileOf({}, { expires: '2020-01-01T00:00:00Z' })));
    expect(await errorOf(readPinFile(path))).toMatchObject({ code: 'pins_refused', reason: 'pins_expired' });
    expect((await readPinFile(path, { nowMs: Date.UTC(2019, 11, 31) })).expiresAtMs).toBe(
      Date.UTC(2020, 0, 1),
    );
  });

  test('[PN22] take a key and a store', async () => {
    const signer = createSigner();
    const text = JSON.stringify(pinFileOf({}, { sequence: 2 }));
    await writeFile(path, text);
    await writeFile(`${path}.minisig`, signer.sign(text));
    const options = { publicKey: signer.keyLine, storeDir: join(folder, 'store') };
    expect(await readPinFile(path, options)).toMatchObject({ sequence: 2, signature: 'verified' });
    expect(await readdir(join(folder, 'store', 'pins'))).toEqual([`${signer.keyId}.json`]);
  });

  test.each([
    ['{"version":1,"models":{"small":{}}}', 'pins_malformed', '/models/small/url must be a URL, as a text.'],
    [
      '{"version":3}',
      'pins_version',
      '/version must be 1, the version of the format that this Llamero reads.',
    ],
    [
      '{"version":1,',
      'pins_malformed',
      'it is no JSON: it may be cut off, or hold a comment or a comma too many.',
    ],
    [
      '{"version":1,"models":{},"expires":"soon"}',
      'pins_malformed',
      '/expires must be a moment in UTC such as "2027-01-01T00:00:00Z".',
    ],
  ])('[PN23] %s is refused with the field and how to mend it', async (text, reason, sentence) => {
    await writeFile(path, text);
    const error = await errorOf(readPinFile(path));
    expect(error).toMatchObject({ code: 'pins_refused', reason });
    expect(error.message).toBe(`The file of pins ${path} is refused: ${sentence}`);
  });

  test('[PN23] a refusal that is of no field is explained by its reason', async () => {
    const error = await errorOf(readPinFile(path));
    expect(error.message).toBe(
      `The file of pins ${path} is refused: There is no file of pins. Make one with \`llamero pin URL\`.`,
    );
  });

  test('[PN23] a refused write says which part of the pin is wrong', async () => {
    const error = await errorOf(writePin(path, 'small', pinOf({ sizeBytes: 0.5 })));
    expect(error).toMatchObject({ code: 'pins_refused', reason: 'pins_malformed' });
    expect(error.message).toContain('/models/small/sizeBytes must be the size in bytes, an integer from 1.');
    await mkdir(path);
    expect((await errorOf(writePin(path, 'small', pinOf()))).message).toContain('it is no regular file');
  });

  test('[PN24] what a file says is not said to a terminal', async () => {
    const key = `\u001b]0;owned\u0007\u202e${'x'.repeat(500)}`;
    await writeFile(path, JSON.stringify({ version: 1, models: { [key]: pinOf() } }));
    const { message } = await errorOf(readPinFile(path));
    expect(message).toContain('/models/\\u{1b}]0;owned\\u{7}\\u{202e}xxx');
    expect(message).toMatch(/^[\x20-\x7e…]*$/);
    expect(message.length).toBeLessThan(700);
  });

  test('[PN25] a pin can be judged before it is written', () => {
    expect(explainPin('small', pinOf())).toBeNull();
    expect(explainPin('nul.gguf', pinOf())).toMatch(
      /^The pin is refused: \/models\/nul\.gguf is no name of a model: /,
    );
    expect(explainPin('small', pinOf({ licence: 'ü' }))).toContain(
      '/models/small/licence must be 1 to 200 printable',
    );
  });
});
