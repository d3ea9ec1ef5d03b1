import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LLAMERO_VERSION } from '../../host/version.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
/** A fresh process, as a user has it: without what Jest set for itself. */
const env = { ...process.env, NODE_OPTIONS: '' };

let folder = '';

/** Packs the project and installs the tarball into an empty project, from the registry or npm's own cache. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, env });
  const packed = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ filename: string }];
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'host', private: true, type: 'module' }),
  );
  await run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--ignore-scripts',
      join(folder, packed[0].filename),
    ],
    { cwd: folder, env, maxBuffer: 2 ** 24 },
  );
}, 300_000);

afterAll(async () => {
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

describe('the packed package, installed into an empty project', () => {
  test('[PK1] is imported by its name and answers', async () => {
    await writeFile(
      join(folder, 'host.mjs'),
      `import { createSupervisor, embeddedModel } from 'llamero';
       const supervisor = createSupervisor({ model: embeddedModel(), runtime: { gpu: false } });
       await supervisor.start();
       const messages = [{ role: 'user', content: 'What is draining?' }];
       for await (const text of supervisor.generate({ messages })) process.stdout.write(text);
       await supervisor.stop();`,
    );
    const { stdout, stderr } = await run(process.execPath, ['host.mjs'], { cwd: folder, env });
    expect(stdout).toBe(
      'Draining means that nothing new is admitted while the requests that are running may finish before the deadline.',
    );
    expect(stderr).toBe('');
  }, 60_000);

  test('[PK2] brings its test kit', async () => {
    await writeFile(
      join(folder, 'kit.mjs'),
      `import { replay } from 'llamero';
       import { InspectorError, startInspector } from 'llamero/inspector';
       import { createScriptedRuntime, toReplay } from 'llamero/testing';
       console.log(typeof createScriptedRuntime, toReplay('x').pass, replay([]).kind);
       const { error } = await startInspector(null).then(() => ({}), (error) => ({ error }));
       console.log(InspectorError.isInstance(error));`,
    );
    const { stdout } = await run(process.execPath, ['kit.mjs'], { cwd: folder, env });
    expect(stdout).toBe('function false corrupt\ntrue\n');
  }, 60_000);

  test('[PK3] brings the llamero command', async () => {
    const { stdout } = await run(join(folder, 'node_modules', '.bin', 'llamero'), ['demo', '--json'], {
      cwd: folder,
      env,
    });
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as { type?: string };
    expect(last.type).toBe('done');
  }, 60_000);

  test('[PK4] has types that a strict project compiles against', async () => {
    await writeFile(
      join(folder, 'host.ts'),
      `import { createSupervisor, embeddedModel, type Reason, type Supervisor } from 'llamero';
       import { createManualClock } from 'llamero/testing';
       const supervisor: Supervisor = createSupervisor({ model: embeddedModel(), clock: createManualClock() });
       const reason: Reason = supervisor.submit({ prompt: 'x' }).verdict.reason;
       // @ts-expect-error there is no such option
       createSupervisor({ model: embeddedModel(), modle: 1 });
       export { reason };`,
    );
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--skipLibCheck',
      '--types',
      'node',
    ];
    await run(
      process.execPath,
      [tsc, ...flags, '--typeRoots', join(root, 'node_modules', '@types'), 'host.ts'],
      { cwd: folder, env },
    );
  }, 120_000);

  test('[PK5] tells the version that package.json has', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(LLAMERO_VERSION).toBe(version);
  });

  test('[PK6] holds what it needs and nothing else', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      env,
      maxBuffer: 2 ** 24,
    });
    const [{ files }] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/index.js',
        'dist/index.d.ts',
        'dist/cli/llamero.js',
        'dist/inspector/index.html',
        'dist/inspector/index.js',
        'dist/models/llamero-embedded.gguf',
        'LICENSE',
        'README.md',
      ]),
    );
    expect(
      paths.filter(
        (path) => /^(test|bench|scripts|examples|models)\//.test(path) || path.endsWith('.test.js'),
      ),
    ).toEqual([]);
  }, 60_000);
});
