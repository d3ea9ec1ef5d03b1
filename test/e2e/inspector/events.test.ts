import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { replay } from '../../../index.ts';
import { type InspectorPage, stageInspectorPage } from '../../doubles/inspector-page.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const golden = (name: string) => readFile(join(root, `test/traces/${name}.jsonl`), 'utf8');

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

async function openTrace(name: string): Promise<InspectorPage & { readonly trace: string }> {
  const trace = await golden(name);
  const opened = await stage.open();
  await opened.drop(`${name}.jsonl`, trace);
  const replayed = replay(trace);
  await opened.untilEvents(replayed.kind === 'ok' ? replayed.steps : 0);
  return { ...opened, trace };
}

const typesOf = ({ page }: InspectorPage) =>
  page.getByTestId('event-row').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-type') ?? ''));

/** The file that the page saves while `act` goes on. */
async function savedBy({ page }: InspectorPage, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return readFile(await download.path(), 'utf8');
}

describe('the events', () => {
  test('[IE7] are filtered by kind, and searched by words', async () => {
    const shown = await openTrace('queue-full');
    const all = await shown.count();
    await shown.find('kind-sample').click();
    await shown.untilFiltered(all);
    expect(await typesOf(shown)).not.toContain('resources.sampled');
    await shown.find('kind-sample').click();
    await shown.find('search').fill('queue_full');
    await shown.untilFiltered(all);
    const types = await typesOf(shown);
    expect(types.length).toBeGreaterThan(0);
    expect(new Set(types)).toEqual(new Set(['request.submit']));
  });

  test('[IE8] tell a verdict with the facts that it was made from', async () => {
    const shown = await openTrace('queue-full');
    await shown.find('search').fill('queue_full');
    await shown.page.locator('[data-testid=event-row][data-tone=bad]').first().click();
    const verdict = await shown.find('verdict').first().textContent();
    expect(verdict).toMatch(/refused/);
    expect(verdict).toMatch(/queue_full/);
    expect(verdict).toMatch(/queue \d+ of \d+/);
  });

  test('[IE9] are exported as a trace that replays, and shown again from it', async () => {
    const shown = await openTrace('plain-run');
    const saved = await savedBy(shown, () => shown.find('export').click());
    const [before, after] = [replay(shown.trace), replay(saved)];
    expect(after).toMatchObject({ kind: 'ok' });
    // What was exported is whole; the ring that the golden was taken from has no end.
    expect(after).toEqual({ ...before, complete: true });
    const again = await stage.open();
    await again.drop('again.jsonl', saved);
    await again.untilEvents(await shown.count());
    expect(await again.count()).toBe(await shown.count());
    expect(await again.toldState()).toEqual(await shown.toldState());
    expect(await typesOf(again)).toEqual(await typesOf(shown));
  });

  test('[IE10] are copied as a test that passes when it is run, and fails on another trace', async () => {
    const shown = await openTrace('suspect-restart-ready');
    await shown.find('copy-test').click();
    const text = await shown.find('test-text').inputValue();
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(24);
    const trace = await savedBy(shown, () => shown.find('save-trace').click());
    // Below the project, so that the test finds the packages that it names.
    const folder = await mkdtemp(join(root, 'dist/copied-test-'));
    try {
      await writeFile(join(folder, 'suspect-restart-ready.jsonl'), trace);
      await expect(runCopied(folder, text)).resolves.toMatch(/1 passed/);
      await writeFile(join(folder, 'suspect-restart-ready.jsonl'), await golden('plain-run'));
      await expect(runCopied(folder, text)).rejects.toThrow(/1 failed/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

/** Runs the copied text in a project of its own, in which `llamero` is this one. @returns What Jest says. */
async function runCopied(folder: string, text: string): Promise<string> {
  const jest = join(dirname(createRequire(import.meta.url).resolve('jest/package.json')), 'bin/jest.js');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'copied.test.ts'), text);
  await writeFile(
    join(folder, 'jest.config.mjs'),
    `export default {
      rootDir: ${JSON.stringify(folder)},
      testMatch: ['**/copied.test.ts'],
      testPathIgnorePatterns: [],
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '\\\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
      moduleNameMapper: {
        '^llamero/testing$': ${JSON.stringify(join(root, 'testing/index.ts'))},
        '^llamero/testing/jest$': ${JSON.stringify(join(root, 'testing/jest.ts'))},
      },
    };`,
  );
  try {
    const { stderr } = await promisify(execFile)(
      process.execPath,
      ['--experimental-vm-modules', jest, '--config', join(folder, 'jest.config.mjs'), '--no-cache'],
      { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } },
    );
    return stderr;
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr ?? String(error));
  }
}
