import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ChromeTrace } from '../../index.ts';
import { runFile } from '../doubles/child-process.ts';
import { stageTraceFolder } from '../doubles/trace-folder.ts';
import { goldenPath } from '../traces/golden-files.ts';

const llamero = (args: readonly string[]) => runFile('cli/llamero.ts', args);
/** A process that starts and compiles types away, on a machine that others use too. */
const TIMEOUT_MS = 30_000;

const { folder, pathOf } = stageTraceFolder();

describe('llamero trace export --chrome', () => {
  test(
    '[CX24] writes a trace that a profiler opens',
    async () => {
      const { code, stdout, stderr } = await llamero([
        'trace',
        'export',
        '--chrome',
        goldenPath('real-demo'),
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { traceEvents, displayTimeUnit } = JSON.parse(stdout) as ChromeTrace;
      expect(displayTimeUnit).toBe('ms');
      const count = (phase: string) => traceEvents.filter(({ ph }) => ph === phase).length;
      expect(count('B')).toBe(count('E'));
      expect(count('b')).toBe(count('e'));
      expect(count('b')).toBeGreaterThan(10);
      expect(traceEvents.filter(({ name }) => name === 'refused: queue_full')).toHaveLength(39);
      expect(new Set(traceEvents.filter(({ ph }) => ph === 'C').map(({ name }) => name))).toEqual(
        new Set(['requests', 'memory', 'cpu']),
      );
    },
    TIMEOUT_MS,
  );

  test(
    '[CX25] --out writes the same to a file, and nothing to the pipe',
    async () => {
      const out = join(folder(), 'chrome.json');
      const [toFile, toPipe] = await Promise.all([
        llamero(['trace', 'export', '--chrome', pathOf('ok'), '--out', out]),
        llamero(['trace', 'export', '--chrome', pathOf('ok')]),
      ]);
      expect([toFile.code, toFile.stdout]).toEqual([0, '']);
      expect(await readFile(out, 'utf8')).toBe(toPipe.stdout);
    },
    TIMEOUT_MS,
  );

  test(
    '[CX25] --out to a path that cannot be written exits 1 and says so',
    async () => {
      const out = join(folder(), 'no', 'such', 'chrome.json');
      const { code, stderr } = await llamero(['trace', 'export', '--chrome', pathOf('ok'), '--out', out]);
      expect(code).toBe(1);
      expect(stderr).toBe(`${out} cannot be written; check its path and permissions.\n`);
    },
    TIMEOUT_MS,
  );

  test.each([
    ['corrupt', 7],
    ['diverged', 6],
  ] as const)(
    '[CX26] of a trace that is %s exports what came before, says so, and exits %i',
    async (kind, expected) => {
      const { code, stdout, stderr } = await llamero(['trace', 'export', '--chrome', pathOf(kind)]);
      expect(code).toBe(expected);
      expect(stderr).toContain(`The trace is ${kind}: what came before is exported.`);
      const { traceEvents } = JSON.parse(stdout) as ChromeTrace;
      expect(traceEvents.some(({ name }) => name === 'ready')).toBe(true);
      expect(traceEvents.filter(({ ph }) => ph === 'B')).toHaveLength(
        traceEvents.filter(({ ph }) => ph === 'E').length,
      );
    },
    TIMEOUT_MS,
  );

  test(
    '[CX26] of a file that is not there exits 7 and exports nothing',
    async () => {
      const { code, stdout, stderr } = await llamero(['trace', 'export', '--chrome', pathOf('nowhere')]);
      expect([code, stdout]).toEqual([7, '']);
      expect(stderr).toContain('cannot be read');
    },
    TIMEOUT_MS,
  );

  test(
    '[CX21] without a format exits 2',
    async () => {
      const { code, stderr } = await llamero(['trace', 'export', pathOf('ok')]);
      expect(code).toBe(2);
      expect(stderr).toContain("required option '--chrome' not specified");
    },
    TIMEOUT_MS,
  );
});
