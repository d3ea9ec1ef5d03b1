import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
// Its test runs here, as a host's would.
import '../../../examples/host-test.ts';

test('[TK20] a trace that a user sent becomes a test of fifteen lines', () => {
  const text = readFileSync(new URL('../../../examples/host-test.ts', import.meta.url), 'utf8');
  expect(text.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(15);
  expect(readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')).toContain(
    'generated:example host-test',
  );
});
