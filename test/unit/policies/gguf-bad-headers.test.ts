import { expect, test } from '@jest/globals';
import { evaluateGgufHeader } from '../../../policies/gguf-header.ts';
import { mutateHeaders } from '../../doubles/gguf-mutator.ts';

// In one test, since mutation testing asks it for every change of the judgement; test/data-integrity tells them apart.
test('[GG40] each bad header is refused for its reason by the judgement alone', () => {
  const wrong = mutateHeaders().flatMap(({ name, reason, bytes }) => {
    const judgement = evaluateGgufHeader(bytes, bytes.byteLength);
    const told = judgement.kind === 'refused' ? judgement.verdict.reason : judgement.kind;
    return told === reason ? [] : [`${name}: ${told} for ${reason}`];
  });
  expect(wrong).toEqual([]);
});
