import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { EMBEDDED_MODEL, embeddedModelPath } from '../../models/embedded.ts';
import { CONTEXT_TOKENS, compileModel } from '../../models/embedded-gguf.ts';
import { PAGE } from '../../models/page.ts';

describe('the embedded model file', () => {
  const committed = readFileSync(embeddedModelPath());

  test('[EM14] is what its page compiles to, byte for byte', () => {
    expect(Buffer.compare(committed, compileModel(PAGE).bytes)).toBe(0);
  });

  test('[EM15] is what its pin says', () => {
    expect(createHash('sha256').update(committed).digest('hex')).toBe(EMBEDDED_MODEL.sha256);
    expect(committed.length).toBe(EMBEDDED_MODEL.sizeBytes);
    expect(CONTEXT_TOKENS).toBe(EMBEDDED_MODEL.contextTokens);
  });

  test('[EM15] is at most 4 MB', () => {
    expect(committed.length).toBeLessThanOrEqual(4_000_000);
  });

  test('[EM14] names its licence and its maker', () => {
    const header = committed.subarray(0, 1024).toString('latin1');
    for (const key of ['general.name', 'general.author', 'general.description', 'general.license']) {
      expect(header).toContain(key);
    }
  });
});
