import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { stageCliSource } from '../doubles/cli-source.ts';
import { encodePlan, value } from '../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../doubles/model-bytes.ts';
import { serveFiles } from '../doubles/tls-serving.ts';

const TIMEOUT_MS = 60_000;
const SMALL = createModelBytes(200_000);
const SLOW = createModelBytes(3_000_000, 3);
const SPEC = specOf(SMALL);
/** Keys and values of half a million tokens in 512 layers: more than any machine has. */
const HUGE = encodePlan(
  withValue(
    withValue(BPE_PLAN, 'llama.context_length', value.u32(1_000_000)),
    'llama.block_count',
    value.u32(512),
  ),
).bytes;

const slowly = serveFiles({ bytesPerSecond: 1_000_000 });
const fast = serveFiles();
const { source, pathOf, reach, run } = stageCliSource({
  files: { '/m/small.gguf': SMALL, '/m/slow.gguf': SLOW, '/m/huge.gguf': HUGE },
  behaviour: (request, connection) => (request.path === '/m/slow.gguf' ? slowly : fast)(request, connection),
});

const pinned = ({ sha256, sizeBytes } = SPEC) => ['--sha256', sha256, '--size', String(sizeBytes)];
const objectsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('llamero pull URL', () => {
  test(
    '[CM4] brings the file into the store and prints its path, and the second time finds it there',
    async () => {
      const args = ['pull', source().url('/m/small.gguf'), ...pinned(), ...reach('by-url')];
      const first = await run(args);
      expect([first.code, first.stdout]).toEqual([0, `${pathOf(`by-url/sha256/${SPEC.sha256}`)}\n`]);
      expect(await readFile(first.stdout.trim())).toEqual(Buffer.from(SMALL));
      expect(first.stderr).toMatch(/^small\.gguf {2}planning\n/);
      expect(first.stderr).toMatch(/small\.gguf: verified, 200 kB, downloaded\n$/);
      const asked = source().requests.length;
      const second = await run(args);
      expect([second.code, second.stdout]).toEqual([0, first.stdout]);
      expect(second.stderr).toContain('it was here already');
      expect(source().requests.length).toBe(asked);
    },
    TIMEOUT_MS,
  );

  test(
    '[CM12] writes no control character into a pipe',
    async () => {
      const { stdout, stderr } = await run([
        ...['pull', source().url('/m/small.gguf'), ...pinned(), ...reach('plain')],
      ]);
      expect([...stdout, ...stderr].filter((char) => char < ' ' && char !== '\n')).toEqual([]);
      expect(stderr).toMatch(/small\.gguf {2}verifying/);
    },
    TIMEOUT_MS,
  );

  test(
    '[CM8] that is interrupted exits 130, and the same command goes on from what has come',
    async () => {
      const url = source().url('/m/slow.gguf');
      const args = ['pull', url, ...pinned(specOf(SLOW)), ...reach('resumed'), '--json'];
      let sent = false;
      const cut = await run(args, {
        onOutput: (stdout, kill) => {
          if (sent || !/"doneBytes":[1-9]\d{5,},"step":"streaming"/.test(stdout)) return;
          sent = true;
          kill('SIGINT');
        },
      });
      expect(cut.code).toBe(130);
      expect(cut.stderr).toContain('Stopped: what has come is kept');
      expect(objectsOf(cut.stdout).at(-1)).toMatchObject({ type: 'result', ok: false });

      const before = source().requests.length;
      const whole = await run(args);
      expect(whole.code).toBe(0);
      expect(objectsOf(whole.stdout).at(-1)).toMatchObject({ type: 'result', ok: true, downloaded: true });
      const ranges = source()
        .requests.slice(before)
        .map(({ range }) => range?.fromBytes ?? 0);
      expect(Math.max(...ranges)).toBeGreaterThan(100_000);
      expect(await readFile(pathOf(`resumed/sha256/${specOf(SLOW).sha256}`))).toEqual(Buffer.from(SLOW));
    },
    TIMEOUT_MS,
  );

  test.each([
    [
      'another digest',
      3,
      'digest_mismatch',
      () => ['/m/small.gguf', ...pinned({ ...SPEC, sha256: '0'.repeat(64) })],
    ],
    ['a file that is not there', 5, 'source_status_refused', () => ['/m/none.gguf', ...pinned()]],
    [
      'a model that is too large',
      4,
      'model_too_large',
      () => ['/m/huge.gguf', ...pinned(specOf(HUGE)), '--context-tokens', '1000000'],
    ],
  ])(
    '[CM1] with %s exits %i and says %s',
    async (_, code, reason, args) => {
      const [path = '', ...rest] = args();
      const ended = await run(['pull', source().url(path), ...rest, ...reach(`refused-${code}`)]);
      expect([ended.code, ended.stdout]).toEqual([code, '']);
      expect(ended.stderr).toContain(`${path.split('/').at(-1)}: ${reason}: `);
    },
    TIMEOUT_MS,
  );

  test(
    '[CM1] of a host that is not allowed exits 2, and asks nobody',
    async () => {
      const before = source().connectionsCount;
      const ended = await run([
        ...['pull', source().url('/m/small.gguf'), ...pinned()],
        ...reach('not-allowed', 'models.example.org'),
      ]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('source_host_not_allowed');
      expect(ended.stderr).toContain('--allow HOST');
      expect(source().connectionsCount).toBe(before);
    },
    TIMEOUT_MS,
  );

  test(
    '[CM1] of a source that nobody vouches for exits 5, and tells the option',
    async () => {
      const args = reach('no-ca').filter((arg) => arg !== '--ca' && !arg.endsWith('ca.pem'));
      const ended = await run(['pull', source().url('/m/small.gguf'), ...pinned(), ...args]);
      expect(ended.code).toBe(5);
      expect(ended.stderr).toContain('source_certificate_refused');
      expect(ended.stderr).toContain('--ca FILE');
    },
    TIMEOUT_MS,
  );
});

describe('llamero pin, and what follows', () => {
  test(
    '[CM14] a file that was pinned is pulled, listed, verified and removed by its name',
    async () => {
      const pins = ['--pins', pathOf('llamero.lock.json')];
      const store = ['--dir', pathOf('named'), ...pins];
      const pin = await run([
        ...['pin', source().url('/m/small.gguf'), '--name', 'small', '--licence', 'MIT'],
        ...[...reach('named'), ...pins],
      ]);
      expect([pin.code, pin.stdout]).toEqual([0, `${SPEC.sha256}  ${SPEC.sizeBytes}  small\n`]);
      expect(pin.stderr).toContain('first contact');

      const before = await run(['ls', ...store]);
      expect(before.stdout).toBe(`small    200 kB  not stored  ${SPEC.sha256}\n`);
      const pull = await run(['pull', 'small', ...reach('named'), ...pins]);
      expect([pull.code, pull.stdout]).toEqual([0, `${pathOf(`named/sha256/${SPEC.sha256}`)}\n`]);

      const [list, verify] = await Promise.all([run(['ls', '--json', ...store]), run(['verify', ...store])]);
      expect(objectsOf(list.stdout)).toMatchObject([{ name: 'small', state: 'verified', ...SPEC }]);
      expect([verify.code, verify.stdout]).toEqual([0, 'verified  small\n']);

      const removed = await run(['rm', 'small', ...store]);
      expect([removed.code, removed.stdout]).toEqual([0, 'removed  small\n']);
      await expect(stat(pathOf(`named/sha256/${SPEC.sha256}`))).rejects.toMatchObject({ code: 'ENOENT' });
      const again = await run(['rm', 'small', ...store]);
      expect(again.code).toBe(1);
      expect(again.stderr).toContain('model_not_stored');
    },
    TIMEOUT_MS,
  );

  test(
    '[CM20] a stored file that went bad exits 3',
    async () => {
      await run(['pull', source().url('/m/small.gguf'), ...pinned(), ...reach('rotten')]);
      const path = pathOf(`rotten/sha256/${SPEC.sha256}`);
      const bytes = Buffer.from(SMALL);
      bytes[150_000]! ^= 1;
      // What is verified cannot be written to; what rots does not ask.
      await writeOver(path, bytes);
      const { code, stderr } = await run(['verify', '--dir', pathOf('rotten')]);
      expect(code).toBe(3);
      expect(stderr).toContain('digest_mismatch');
    },
    TIMEOUT_MS,
  );
});

describe('the commands of the library, asked wrongly', () => {
  test.each([
    [['pull', '--sha256', 'abc'], 'It is 64 hex digits.'],
    [['pull', '--size', '1e3'], 'It is a whole number from 1.'],
    [['pull', 'small', '--pins', 'no-such.json'], 'pins_missing'],
    [['pull', 'small', '--fast'], "unknown option '--fast'"],
    [['pull', 'https://huggingface.co/x'], 'A URL needs --sha256 HEX and --size BYTES'],
    [['pin'], "missing required argument 'url'"],
    [['rm'], "missing required argument 'model'"],
  ])(
    '[CM5] %j exits 2 and says: %s',
    async (args, message) => {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(message);
    },
    TIMEOUT_MS,
  );

  test.each(['pull', 'pin', 'ls', 'verify', 'rm'])(
    '[CM25] %s --help tells its options, examples and exit codes, and exits 0',
    async (command) => {
      const { code, stdout } = await run([command, '--help']);
      expect(code).toBe(0);
      for (const word of ['--dir', '--pins', '--json', 'Examples:', 'Exit codes:', 'no home directory']) {
        expect(stdout.replace(/\s+/g, ' ')).toContain(word);
      }
    },
    TIMEOUT_MS,
  );
});

async function writeOver(path: string, bytes: Uint8Array): Promise<void> {
  await chmod(path, 0o600);
  await writeFile(path, bytes);
}
