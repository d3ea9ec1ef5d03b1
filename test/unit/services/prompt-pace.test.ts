import { describe, expect, test } from '@jest/globals';
import { pieceTokens } from '../../../services/llama-generation.ts';

describe('the size of a prompt piece', () => {
  test.each([
    ['not known yet', 0, 32],
    ['fast', 0.1, 128],
    ['just fast enough', 100 / 128, 128],
    ['slow', 2, 50],
    ['very slow', 1000, 32],
  ])('[RT67] of a model whose pace is %s is right', (_pace, msPerToken, tokens) => {
    expect(pieceTokens({ msPerToken })).toBe(tokens);
  });
});
