import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTraceEncoder, type TraceRecord } from '../../../machines/trace-line.ts';
import { stageInspectorPage } from '../../doubles/inspector-page.ts';

const MARKUP = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

/** A golden with a text in place of every text of the given field, and a right hash again. */
function poisoned(field: string): string {
  const text = readFileSync(new URL('../../traces/queue-full.jsonl', import.meta.url), 'utf8');
  const encoder = createTraceEncoder();
  const lines = text
    .trim()
    .split('\n')
    .map((line) => {
      const { h: _hash, ...record } = JSON.parse(line) as TraceRecord & { readonly h: string };
      const isHeader = 'kind' in record && record.kind === 'header';
      return encoder.encode(
        (isHeader && field !== 'library' ? record : poison(record, field)) as TraceRecord,
      );
    });
  return `${lines.join('\n')}\n`;
}

function poison(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => poison(inner, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === field && typeof inner === 'string' ? MARKUP : poison(inner, field),
    ]),
  );
}

test.each(['type', 'reason', 'requestId', 'health', 'phase', 'library', 'disposition', 'outcome', 'backend'])(
  '[IE12] markup in the field %s of a trace stays text, wherever the page shows it',
  async (field) => {
    const { page, drop, find, problems } = await stage.open();
    await drop(`${MARKUP}.jsonl`, poisoned(field));
    await page.waitForSelector('[data-testid=state-pill], [data-testid=show-problems]');
    for (const tab of ['requests', 'actors', 'curves', 'events']) {
      const button = find(`tab-${tab}`);
      if ((await button.count()) > 0) await button.click();
    }
    for (const name of ['supervisor', 'acquisition', 'request']) {
      const button = find(`tab-${name}`);
      if ((await button.count()) > 0) await button.click();
    }
    expect(await page.evaluate('globalThis.pwned')).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('body script').count()).toBe(0);
    // Nothing was stopped by the content policy either: nothing tried.
    expect(problems()).toEqual([]);
  },
  60_000,
);
