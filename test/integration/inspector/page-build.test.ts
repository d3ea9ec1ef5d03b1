import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contentPolicyOf } from '../../../inspector/page-policy.ts';

const PAGE_GZIP_BYTES_MAX = 250_000;
const BUILD_MS_MAX = 60_000;

describe('the built page', () => {
  let folder = '';
  let said = '';
  let html = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llamero-page-'));
    const node = [process.execPath, '--import', 'tsx', 'scripts/build-inspector.ts', folder] as const;
    const { stdout, stderr } = await promisify(execFile)(node[0], node.slice(1));
    said = stdout + stderr;
    html = await readFile(join(folder, 'index.html'), 'utf8');
  }, BUILD_MS_MAX);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('[IP21] is one file, and its build says nothing', async () => {
    expect(await readdir(folder)).toEqual(['index.html']);
    expect(said).toBe('');
  });

  test('[IP21] weighs no more than 250 kB compressed', () => {
    expect(gzipSync(html).length).toBeLessThanOrEqual(PAGE_GZIP_BYTES_MAX);
  });

  test('[IP22] holds its own policy before everything that the policy judges', () => {
    const [, told] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(told).toBe(contentPolicyOf(html));
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.search(/<(script|style|link)/));
  });

  test('[IP22] loads nothing from outside, and has no style or handler in its markup', () => {
    const markup = html.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '');
    const [, ...loaded] = markup.split(/\s(?:src|href)="/);
    expect(loaded.filter((address) => !address.startsWith('data:'))).toEqual([]);
    expect(markup).not.toMatch(/\s(style|on\w+)=/);
    expect(html).not.toMatch(/@import|url\((?!"?data:)/);
  });

  test('[IP23] holds the charts of all three machines', () => {
    for (const state of ['starting.probing.decoding', 'ready.pressure.nominal', 'planning', 'settled']) {
      expect(html).toContain(state);
    }
  });
});
