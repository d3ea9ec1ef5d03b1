import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EMBEDDED_MODEL, embeddedModelPath } from '../../models/embedded.ts';
import { writeRandomModel } from '../../models/random-model.ts';
import { planRandomShape } from '../../models/random-shape.ts';
import { evaluateGgufHeader } from '../../policies/gguf-header.ts';
import { nodeFileSystem } from '../../services/file-system.ts';
import { readGgufHeader } from '../../services/gguf-header.ts';
import { encodePlan, type GgufPlan, type PlannedTensor, value } from '../doubles/gguf-plan.ts';
import { BPE_PLAN, BYTE_TOKENS, SPM_PLAN, withoutKey, withValue } from '../doubles/gguf-samples.ts';

const { signal } = new AbortController();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gguf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function factsOf(path: string, sizeBytes: number) {
  const file = await nodeFileSystem.open(path);
  try {
    return await readGgufHeader(file, sizeBytes, signal);
  } finally {
    await file.close();
  }
}

describe('real model files', () => {
  test('[GG41] the embedded model is accepted, with its facts', async () => {
    expect(await factsOf(embeddedModelPath(), EMBEDDED_MODEL.sizeBytes)).toEqual({
      ok: true,
      value: {
        architecture: 'llama',
        contextTokens: 8192,
        kvBytesPerToken: 128,
        layers: 1,
        splitFiles: 1,
        tensorBytes: 2_575_386,
        vocabularyTokens: 1461,
      },
    });
  });

  test.each([100_000, 1_000_000])(
    '[GG42] a random model of %d parameters is accepted, with the facts of its shape',
    async (parameters) => {
      const path = join(folder, `${parameters}.gguf`);
      const { sizeBytes } = await writeRandomModel({ parameters, seed: 7, path });
      const { blocks, keyValueHeads, vocabularyTokens } = planRandomShape(parameters);
      const answer = await factsOf(path, sizeBytes);
      expect(answer).toMatchObject({
        ok: true,
        value: {
          architecture: 'llama',
          contextTokens: 4096,
          layers: blocks,
          kvBytesPerToken: blocks * keyValueHeads * 64 * 2 * 2,
          vocabularyTokens,
          splitFiles: 1,
        },
      });
      const tensorBytes = answer.ok ? answer.value.tensorBytes : 0;
      expect(tensorBytes).toBeLessThan(sizeBytes);
      expect(tensorBytes).toBeGreaterThan(sizeBytes - 100_000);
    },
  );
});

const F32 = 0;
const Q4_K = 12;
const TENSORS_PER_LAYER = 9;

/** As many tensors as a model of so many layers has; the file of one that large is not needed to judge its header. */
function tensorsOf(layers: number): PlannedTensor[] {
  const shapes = Array.from({ length: layers * TENSORS_PER_LAYER }, (_, at) => ({
    name: `blk.${Math.floor(at / TENSORS_PER_LAYER)}.part_${at % TENSORS_PER_LAYER}.weight`,
    ...(at % 2 === 0
      ? { dimensions: [16_384, 16_384], type: Q4_K, bytes: 150_994_944 }
      : { dimensions: [16_384], type: F32, bytes: 65_536 }),
  }));
  let offset = 0;
  return shapes.map(({ bytes, ...shape }) => {
    const tensor = { ...shape, offset };
    offset += bytes;
    return tensor;
  });
}

function judgeHeader(plan: GgufPlan, weightBytes: number) {
  const { bytes } = encodePlan({ ...plan, dataBytes: 0 });
  return { headerBytes: bytes.length, judgement: evaluateGgufHeader(bytes, bytes.length + weightBytes) };
}

describe('headers as large as those of the largest models', () => {
  const words = Array.from({ length: 256_000 }, (_, token) => `word ${token.toString(36)}`);

  test('[GG43] 256 thousand tokens, 500 thousand merges and 126 layers are accepted', () => {
    const merges = Array.from({ length: 500_000 }, (_, at) => `left${at.toString(36)} right`);
    let plan = withValue(BPE_PLAN, 'tokenizer.ggml.tokens', value.strings(words));
    plan = withValue(plan, 'tokenizer.ggml.token_type', value.i32s(words.map(() => 1)));
    plan = withValue(plan, 'tokenizer.ggml.merges', value.strings(merges));
    plan = withValue(plan, 'llama.block_count', value.u32(126));
    const { headerBytes, judgement } = judgeHeader({ ...plan, tensors: tensorsOf(126) }, 2 ** 40);
    expect(judgement).toMatchObject({
      kind: 'accepted',
      facts: { layers: 126, vocabularyTokens: 256_000, tensorBytes: 567 * (150_994_944 + 65_536) },
    });
    expect(headerBytes).toBeGreaterThan(10_000_000);
  });

  test('[GG43] a SentencePiece vocabulary of 256 thousand tokens with scores and types is accepted', () => {
    const tokens = [...BYTE_TOKENS, ...words];
    let plan = withValue(SPM_PLAN, 'tokenizer.ggml.tokens', value.strings(tokens));
    plan = withValue(plan, 'tokenizer.ggml.scores', value.f32s(tokens.map((_, token) => -token)));
    plan = withValue(
      plan,
      'tokenizer.ggml.token_type',
      value.i32s(tokens.map((_, at) => (at < 256 ? 6 : 1))),
    );
    expect(judgeHeader(plan, 128).judgement).toMatchObject({
      kind: 'accepted',
      facts: { vocabularyTokens: 256_256 },
    });
  });

  test('[GG43] a vocabulary without scores, types and merges is accepted', () => {
    const plan = withoutKey(
      withValue(BPE_PLAN, 'tokenizer.ggml.tokens', value.strings(words)),
      'tokenizer.ggml.merges',
    );
    expect(judgeHeader(plan, 128).judgement.kind).toBe('accepted');
  });
});
