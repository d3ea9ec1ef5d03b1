import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type PullOptions, runPull } from '../../../cli/pull.ts';
import { createSigner } from '../../doubles/minisign-signer.ts';
import { stagePinFolder } from '../../doubles/pin-folder.ts';
import { pinOf } from '../../doubles/pin-samples.ts';
import { type LibraryScript, scriptCommand } from '../../doubles/scripted-library.ts';

const { options, writePins, pathOf } = stagePinFolder();
const small = pinOf();
const large = pinOf({
  url: 'https://huggingface.co/large',
  sha256: 'f'.repeat(64),
  sizeBytes: 9_000_000_000,
});
const URL_OF_FILE = 'https://a.example/dir/file.gguf';
const ofUrl = { sha256: 'e'.repeat(64), size: 5 };

const pull = async (
  targets: readonly string[],
  given: Partial<PullOptions> = {},
  script: LibraryScript = {},
  output = { json: false },
) => {
  const command = scriptCommand(script, output);
  const code = await runPull(targets, { ...options(), ...given }, command.tools);
  return { code, ...command };
};
const pulledBy = (calls: readonly (readonly unknown[])[]) =>
  calls.filter(([name]) => name === 'pull').map(([, pin]) => pin);

describe('llamero pull', () => {
  test('[CM2] of a name brings the model of that pin, and prints its path alone', async () => {
    await writePins({ small, large });
    const { code, calls, stdout, stderr } = await pull(['small']);
    expect(code).toBe(0);
    expect(pulledBy(calls)).toEqual([small]);
    expect(stdout()).toBe('/store/0123\n');
    expect(stderr()).toBe('small: verified, 2.6 MB, downloaded\n');
  });

  test.each([
    ['no name', [], {}],
    ['--all', [], { all: true }],
    ['both names', ['small', 'large'], {}],
  ])('[CM3] with %s brings every model, in order', async (_, targets, given) => {
    await writePins({ small, large });
    const { code, calls, stdout } = await pull(targets, given);
    expect(code).toBe(0);
    expect(pulledBy(calls)).toEqual([small, large]);
    expect(stdout()).toBe('/store/0123\n/store/ffff\n');
  });

  test('[CM3] goes on after one that failed, and exits with the code of the first that did', async () => {
    await writePins({ a: large, b: small, c: pinOf({ url: 'https://c.example/c' }) });
    const refusals = { [large.url]: 'digest_mismatch', 'https://c.example/c': 'source_unreachable' } as const;
    const { code, calls, stdout } = await pull([], {}, { refusals });
    expect(code).toBe(3);
    expect(pulledBy(calls)).toHaveLength(3);
    expect(stdout()).toBe('/store/0123\n');
  });

  test('[CM4] of a URL needs no file of pins', async () => {
    const { code, calls, shown } = await pull([URL_OF_FILE], { ...ofUrl, mirror: ['https://b.example/x'] });
    expect(code).toBe(0);
    expect(pulledBy(calls)).toEqual([
      { url: URL_OF_FILE, sha256: 'e'.repeat(64), sizeBytes: 5, mirrors: ['https://b.example/x'] },
    ]);
    expect(shown.map(({ name }) => name)).toEqual(['file.gguf']);
  });

  test.each([
    ['a URL without a digest', [URL_OF_FILE], { size: 5 }, 'A URL needs --sha256 HEX and --size BYTES'],
    [
      'a URL without a size',
      [URL_OF_FILE],
      { sha256: 'e'.repeat(64) },
      'A URL needs --sha256 HEX and --size BYTES',
    ],
    ['a URL and a name', [URL_OF_FILE, 'small'], ofUrl, 'Pull a URL by itself.'],
    ['a name and a URL', ['small', URL_OF_FILE], {}, 'Pull a URL by itself.'],
    ['a URL and --all', [URL_OF_FILE], { ...ofUrl, all: true }, 'Pull a URL by itself.'],
    ['a name and a digest', ['small'], { sha256: 'e'.repeat(64) }, '--sha256 goes with a URL.'],
    ['a name and a size', ['small'], { size: 5 }, '--size goes with a URL.'],
    ['a name and a mirror', ['small'], { mirror: ['https://b.example/x'] }, '--mirror goes with a URL.'],
    ['a name and --all', ['small'], { all: true }, '--all goes without names.'],
    ['a CA that is not there', ['small'], { ca: ['no.pem'] }, '--ca no.pem: the file cannot be read.'],
    ['a key that is none', ['small'], { publicKey: 'no.pub' }, '--public-key no.pub: it is neither'],
  ])('[CM5] with %s exits 2, says how to ask, and opens nothing', async (_, targets, given, message) => {
    await writePins({ small });
    const { code, opened, stdout, stderr } = await pull(targets, given);
    expect(code).toBe(2);
    expect(stderr()).toContain(message);
    expect([opened.length, stdout()]).toEqual([0, '']);
  });

  test('[CM5] of a file of pins that names no model exits 2', async () => {
    await writePins({});
    const { code, stderr } = await pull([]);
    expect(code).toBe(2);
    expect(stderr()).toContain('names no model. Pin one: llamero pin URL.');
  });

  test('[CM6] of a name that no pin has exits 2 and tells those there are', async () => {
    await writePins({ small, large });
    const { code, stderr } = await pull(['smal']);
    expect(code).toBe(2);
    expect(stderr()).toContain('smal: pin_unknown: No pin has this name.');
    expect(stderr()).toContain('has: small, large.');
  });

  test('[CM6] without a file of pins exits 2 and says how to make one', async () => {
    const { code, stderr } = await pull([]);
    expect(code).toBe(2);
    expect(stderr()).toContain('There is no file of pins. Make one with `llamero pin URL`.');
  });

  test('[CM7] hands its options to the library', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    await writeFile(pathOf('ca.pem'), pem);
    const { opened, calls } = await pull([URL_OF_FILE], {
      ...ofUrl,
      dir: 'some/models',
      allow: ['a.example', 'b.example:8443', 'c.example/org/repo/', 'd.example/'],
      hop: ['.hf.co'],
      ca: [pathOf('ca.pem')],
      allowPrivateAddresses: true,
      reverify: true,
      contextTokens: 8192,
    });
    expect(opened).toEqual([
      {
        dir: resolve('some/models'),
        reverify: 'always',
        sources: {
          allow: ['a.example', 'b.example:8443', { host: 'c.example', path: '/org/repo' }, 'd.example'],
          hops: ['.hf.co'],
          ca: [pem],
          privateAddresses: true,
        },
      },
    ]);
    expect(calls[0]?.[2]).toEqual({ fit: { contextTokens: 8192 } });
  });

  test('[CM7] by itself allows the model hub alone, and judges the fit', async () => {
    const { opened, calls } = await pull([URL_OF_FILE], ofUrl);
    expect(opened).toEqual([{ dir: pathOf('models'), sources: { allow: ['huggingface.co'] } }]);
    expect(calls[0]?.[2]).toEqual({});
    const ignoring = await pull([URL_OF_FILE], { ...ofUrl, ignoreFit: true });
    expect(ignoring.calls[0]?.[2]).toEqual({ fit: 'ignore' });
  });

  test('[CM8] that is interrupted cancels, begins no other, and exits 130', async () => {
    await writePins({ small, large });
    const command = scriptCommand({ holds: true });
    const ended = runPull([], options(), command.tools);
    await until(() => command.shown.length > 0);
    command.interrupt();
    expect(await ended).toBe(130);
    expect(pulledBy(command.calls)).toEqual([small]);
    expect(command.stderr()).toBe(
      'Stopped: what has come is kept, and the same command goes on from there.\n',
    );
    expect(command.stdout()).toBe('');
    expect(command.calls.slice(-2)).toEqual([['settle'], ['close']]);
  });

  test('[CM9] in JSON ends with an object of the outcome', async () => {
    await writePins({ a: small, b: large });
    const refusals = { [large.url]: 'model_too_large' } as const;
    const { code, objects, stderr } = await pull([], {}, { refusals }, { json: true });
    expect(code).toBe(4);
    expect(objects()).toEqual([
      { type: 'result', name: 'a', ok: true, path: '/store/0123', sizeBytes: 2_600_000, downloaded: true },
      { type: 'result', name: 'b', ok: false, reason: 'model_too_large', message: expect.any(String) },
    ]);
    expect(stderr()).toContain('model_too_large');
  });

  test('[CM9] in JSON tells a usage error as an object too', async () => {
    const { objects } = await pull([URL_OF_FILE], {}, {}, { json: true });
    expect(objects()).toEqual([
      {
        type: 'result',
        ok: false,
        reason: 'options_invalid',
        message: expect.stringContaining('--sha256 HEX'),
      },
    ]);
  });

  test.each([
    ['source_host_not_allowed', 2, 'Add it if you trust it. Its option: --allow HOST.'],
    ['digest_mismatch', 3, 'The bytes are not those that were pinned.'],
    ['model_too_large', 4, 'Its options: --context-tokens N, --ignore-fit.'],
    ['source_certificate_refused', 5, 'Its option: --ca FILE.'],
    ['store_full', 1, 'The option that names another place: --dir DIR.'],
  ] as const)(
    '[CM10] that ends in %s exits %i, and says what was wrong and how to mend it',
    async (reason, expected, words) => {
      await writePins({ small });
      const { code, stdout, stderr } = await pull(['small'], {}, { refusals: { [small.url]: reason } });
      expect(code).toBe(expected);
      expect(stdout()).toBe('');
      expect(stderr()).toContain(`small: ${reason}: `);
      expect(stderr()).toContain(words);
    },
  );

  test('[CM11] closes the library however it ends, and passes a bug on', async () => {
    await writePins({ small });
    const { calls } = await pull(['small'], {}, { refusals: { [small.url]: 'store_full' } });
    expect(calls.at(-1)).toEqual(['close']);
    const broken = scriptCommand();
    const tools = {
      ...broken.tools,
      report: {
        ...broken.tools.report,
        settle: () => {
          throw new TypeError('a bug');
        },
      },
    };
    await expect(runPull(['small'], options(), tools)).rejects.toThrow('a bug');
    expect(broken.calls.at(-1)).toEqual(['close']);
  });

  test('[CM23] takes the key that must have signed the pins as text or as a file', async () => {
    const signer = createSigner();
    await writePins({ small });
    await writeFile(pathOf('key.pub'), signer.keyText);
    for (const publicKey of [signer.keyLine, pathOf('key.pub')]) {
      const { code, stderr } = await pull(['small'], { publicKey });
      expect(code).toBe(2);
      expect(stderr()).toContain('pins_unsigned');
    }
    const text = JSON.stringify({ version: 1, models: { small } });
    await writeFile(options().pins, text);
    await writeFile(`${options().pins}.minisig`, signer.sign(text));
    expect((await pull(['small'], { publicKey: signer.keyLine })).code).toBe(0);
    await writeFile(`${options().pins}.minisig`, createSigner().sign(text));
    expect((await pull(['small'], { publicKey: signer.keyLine })).code).toBe(3);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resume) => setImmediate(resume));
}
