import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { type PinCommandOptions, runPin } from '../../../cli/pin.ts';
import { stagePinFolder } from '../../doubles/pin-folder.ts';
import { pinOf } from '../../doubles/pin-samples.ts';
import { type LibraryScript, scriptCommand } from '../../doubles/scripted-library.ts';

const { options, writePins } = stagePinFolder();
const URL_OF_FILE = 'https://huggingface.co/org/repo/resolve/main/Small_Model-Q4_K_M.gguf';

const pin = async (
  given: Partial<PinCommandOptions> = {},
  script: LibraryScript = {},
  url = URL_OF_FILE,
  output = { json: false },
) => {
  const command = scriptCommand(script, output);
  const code = await runPin(url, { ...options(), ...given }, command.tools);
  return { code, ...command };
};
const readModels = async () =>
  (JSON.parse(await readFile(options().pins, 'utf8')) as { models: object }).models;
const measuredBy = (calls: readonly (readonly unknown[])[]) =>
  calls.filter(([name]) => name === 'measure').length;

describe('llamero pin', () => {
  test('[CM14] measures a file once, and pins its digest and size', async () => {
    const { code, stdout, stderr, calls, shown } = await pin({
      name: 'small',
      licence: 'MIT',
      mirror: ['https://b.example/x'],
    });
    expect(code).toBe(0);
    expect(await readModels()).toEqual({
      small: {
        url: URL_OF_FILE,
        mirrors: ['https://b.example/x'],
        sha256: 'c'.repeat(64),
        sizeBytes: 1000,
        licence: 'MIT',
      },
    });
    expect(stdout()).toBe(`${'c'.repeat(64)}  1000  small\n`);
    expect(stderr()).toContain('first contact');
    expect(stderr()).toContain('what huggingface.co sends now is trusted as it is');
    expect(stderr()).toContain('Fetch it: llamero pull small');
    expect(shown.map(({ step, ratio }) => [step, ratio])).toEqual([
      ['measuring', 0],
      ['measuring', 0.5],
    ]);
    expect(calls.map(([name]) => name)).toEqual(['measure', 'settle', 'close']);
  });

  test('[CM14] says in JSON what it pinned, and where', async () => {
    const { objects } = await pin({ name: 'small' }, {}, URL_OF_FILE, { json: true });
    expect(objects()).toEqual([
      {
        type: 'result',
        name: 'small',
        ok: true,
        url: URL_OF_FILE,
        sha256: 'c'.repeat(64),
        sizeBytes: 1000,
        pins: options().pins,
      },
    ]);
  });

  test.each([
    ['a name that is none', { name: 'Small' }, 'is no name of a model'],
    ['a licence that is none', { licence: 'x'.repeat(201) }, 'licence must be 1 to 200 printable ASCII'],
    ['nine mirrors', { mirror: Array(9).fill('https://b.example/x') }, 'must be a list of at most 8 URLs'],
    ['a name that is taken', { name: 'taken' }, 'has a pin taken already'],
  ])('[CM15] with %s exits 2 before it fetches anything', async (_, given, message) => {
    await writePins({ taken: pinOf() });
    const { code, stderr, opened } = await pin(given);
    expect(code).toBe(2);
    expect(stderr()).toContain(message);
    expect(opened).toEqual([]);
    expect(await readModels()).toEqual({ taken: pinOf() });
  });

  test('[CM15] of a file of pins that is not understood exits 2 before it fetches anything', async () => {
    await writeFile(options().pins, '{');
    const { code, opened } = await pin();
    expect([code, opened]).toEqual([2, []]);
  });

  test('[CM15] replaces a pin only where that was asked for', async () => {
    await writePins({ taken: pinOf() });
    const { code } = await pin({ name: 'taken', replace: true });
    expect(code).toBe(0);
    expect(await readModels()).toMatchObject({ taken: { url: URL_OF_FILE, sizeBytes: 1000 } });
  });

  test.each([
    [URL_OF_FILE, 'small_model-q4_k_m'],
    ['https://a.example/x/model.v1.gguf', 'model.v1'],
    ['https://a.example/-Weird%20(1).gguf', 'weird-20-1'],
    ['https://a.example/file.gguf?download=true', 'file'],
  ])('[CM16] names the pin of %s %s', async (url, name) => {
    const { code } = await pin({}, {}, url);
    expect(code).toBe(0);
    expect(Object.keys(await readModels())).toEqual([name]);
  });

  test.each(['https://a.example/', 'https://a.example/con.gguf', 'https://a.example/___.gguf'])(
    '[CM16] asks for a name where %s gives none',
    async (url) => {
      const { code, stderr } = await pin({}, {}, url);
      expect(code).toBe(2);
      expect(stderr()).toContain('Name it yourself: --name NAME.');
    },
  );

  test('[CM17] that is interrupted pins nothing and exits 130', async () => {
    const command = scriptCommand({ holds: true });
    const ended = runPin(URL_OF_FILE, options(), command.tools);
    while (measuredBy(command.calls) === 0) await new Promise((resume) => setImmediate(resume));
    command.interrupt();
    expect(await ended).toBe(130);
    expect(command.stderr()).toContain('Stopped: nothing is pinned.');
    await expect(readModels()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['source_host_not_allowed', 2],
    ['model_not_gguf', 3],
    ['source_unreachable', 5],
  ] as const)('[CM17] that fails with %s pins nothing and exits %i', async (reason, expected) => {
    const { code, stdout, stderr } = await pin({}, { measured: { ok: false, reason } });
    expect(code).toBe(expected);
    expect(stdout()).toBe('');
    expect(stderr()).toContain(reason);
    await expect(readModels()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('[CM18] says where a signature is now of an older file', async () => {
    await writePins({});
    await writeFile(`${options().pins}.minisig`, 'signed before');
    expect((await pin()).stderr()).toContain('is of the file as it was before: sign it again.');
  });
});
