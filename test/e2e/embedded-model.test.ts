import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type {
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import { EMBEDDED_MODEL, embeddedModelPath } from '../../models/embedded.ts';
import { PAGE } from '../../models/page.ts';
import { writeRandomModel } from '../../models/random-model.ts';
import { createVocabulary } from '../../models/vocabulary.ts';

let llama: Llama;
let model: LlamaModel;
let context: LlamaContext;
let sequences: LlamaContextSequence[];
let wrapper: ChatWrapper;

beforeAll(async () => {
  const runtime = await import('node-llama-cpp');
  llama = await runtime.getLlama({
    gpu: false,
    build: 'never',
    maxThreads: 1,
    logLevel: runtime.LlamaLogLevel.disabled,
  });
  model = await llama.loadModel({ modelPath: embeddedModelPath() });
  context = await model.createContext({
    contextSize: EMBEDDED_MODEL.contextTokens,
    sequences: 3,
    threads: 1,
  });
  sequences = [context.getSequence(), context.getSequence(), context.getSequence()];
  wrapper = runtime.resolveChatWrapper(model);
}, 60_000);

afterAll(async () => {
  await context.dispose();
  await model.dispose();
  await llama.dispose();
});

const user = (text: string): ChatHistoryItem => ({ type: 'user', text });
const system = (text: string): ChatHistoryItem => ({ type: 'system', text });
const said = (text: string): ChatHistoryItem => ({ type: 'model', response: [text] });

function chat(...history: ChatHistoryItem[]): Token[] {
  const { contextText } = wrapper.generateContextState({
    chatHistory: [...history, { type: 'model', response: [] }],
  });
  return contextText.tokenize(model.tokenizer);
}

async function write(
  prompt: Token[],
  { sequence = sequences[0]!, tokensMax = 600, temperature = 0 } = {},
): Promise<string> {
  await sequence.clearHistory();
  const written: Token[] = [];
  for await (const token of sequence.evaluate(prompt, { temperature, seed: 1, yieldEogToken: true })) {
    if (model.isEogToken(token)) return model.detokenize(written);
    written.push(token);
    if (written.length === tokensMax) break;
  }
  return `${model.detokenize(written)} [no end]`;
}

const withoutRefrain = PAGE.answers.filter(({ refrain }) => refrain === undefined);

describe('the embedded model in the real runtime', () => {
  test.each(withoutRefrain)('[EM16] answers as the page does: $question', async ({ question, answer }) => {
    expect(await write(chat(user(question)))).toBe(answer);
  });

  test.each(PAGE.prose)('[EM17] continues as the page does: $opening', async ({ opening, rest }) => {
    expect(await write(model.tokenize(opening))).toBe(rest);
    expect(await write([model.tokens.bos!, ...model.tokenize(opening)])).toBe(rest);
  });

  test.each([
    ['a question of another field', 'What is snow?'],
    ['a question without its mark', 'What is draining'],
    ['one word of a question', 'Draining?'],
    ['another beginning of a known question', 'Tell me the story of a dog.'],
    ['letters and signs the page does not have', 'Größe 日本語 🐈?'],
    ['nothing', ''],
    ['the text of a special token', '<|end|>'],
    ['one letter a thousand times', 'a '.repeat(1000)],
  ])('[EM18] says that it does not know: %s', async (_, question) => {
    expect(await write(chat(user(question)))).toBe(PAGE.defaultAnswer);
  });

  test.each(['The weather is', 'x', '42'])(
    '[EM18] says that it does not know how to continue %j',
    async (opening) => {
      expect(await write(model.tokenize(opening))).toBe(PAGE.defaultAnswer);
    },
  );

  const [first, second] = [PAGE.answers[4]!, PAGE.answers[32]!];
  test.each<[string, ChatHistoryItem[]]>([
    ['a system message', [system('Answer in one word.')]],
    ['an earlier question and its answer', [user(first.question), said(first.answer)]],
    ['an earlier question it did not know', [user('What is snow?'), said(PAGE.defaultAnswer)]],
    ['the same question', [user(second.question), said(second.answer)]],
    [
      'thousands of tokens of other answers',
      [
        user('Go on.'),
        said(
          PAGE.answers
            .map(({ answer }) => answer)
            .join(' ')
            .repeat(3),
        ),
      ],
    ],
  ])('[EM19] answers alike after %s', async (_, before) => {
    expect(await write(chat(...before, user(second.question)))).toBe(second.answer);
  });

  test('[EM19] answers alike behind a system text in the same turn', async () => {
    expect(await write(chat(user(`Answer in one word.\n\n${second.question}`)))).toBe(second.answer);
  });

  test('[EM20] repeats the refrain until it is stopped', async () => {
    const { question, answer, refrain = '' } = PAGE.answers.find((entry) => entry.refrain !== undefined)!;
    const text = await write(chat(user(question)), { tokensMax: 1000 });
    expect(text).toBe(
      `${(answer + refrain.repeat(1000)).slice(0, text.length - ' [no end]'.length)} [no end]`,
    );
    expect(text.length).toBeGreaterThan(2500);
  });

  test('[EM21] answers three questions at once as it answers each alone', async () => {
    const asked = [PAGE.answers[10]!, PAGE.answers[20]!, PAGE.answers[54]!];
    const answers = await Promise.all(
      asked.map(({ question }, at) => write(chat(user(question)), { sequence: sequences[at]! })),
    );
    expect(answers).toEqual(asked.map(({ answer }) => answer));
  });

  test('[EM21] answers as the page does at temperature 1 too', async () => {
    const { question, answer } = PAGE.answers[54]!;
    expect(await write(chat(user(question)), { temperature: 1 })).toBe(answer);
  });

  test('[EM22] has a chat template of one mark for each turn, with the end mark as its stop token', () => {
    expect(wrapper.wrapperName).toBe('JinjaTemplate');
    const vocabulary = createVocabulary(PAGE, 2048);
    expect(chat(user('What is draining?'))).toEqual([
      vocabulary.special('<|begin|>'),
      vocabulary.special('<|user|>'),
      ...vocabulary.encode('What is draining?'),
      vocabulary.special('<|end|>'),
      vocabulary.special('<|assistant|>'),
    ]);
    expect(model.isEogToken(vocabulary.special('<|end|>') as Token)).toBe(true);
    expect(model.isEogToken(vocabulary.special('<|assistant|>') as Token)).toBe(false);
    expect(model.trainContextSize).toBe(EMBEDDED_MODEL.contextTokens);
  });

  test.each([
    '  two  spaces\n\nand lines \t',
    "don't 12.5% (x=1); #!",
    'Größe, 日本語, 🐈‍⬛',
    PAGE.answers[0]!.answer,
  ])('[EM23] is tokenized by the runtime as the compiler did: %j', (text) => {
    expect(model.tokenize(text)).toEqual(createVocabulary(PAGE, 2048).encode(text));
    expect(model.detokenize(model.tokenize(text))).toBe(text);
  });
});

describe('a random-weight model in the real runtime', () => {
  test('[EM24] loads and decodes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'llamero-random-'));
    try {
      const path = join(folder, 'random.gguf');
      await writeRandomModel({ parameters: 1_000_000, seed: 1, path });
      await using random = await llama.loadModel({ modelPath: path });
      await using randomContext = await random.createContext({ contextSize: 128, sequences: 1, threads: 1 });
      const written: Token[] = [];
      for await (const token of randomContext
        .getSequence()
        .evaluate(random.tokenize('hello'), { temperature: 0 })) {
        written.push(token);
        if (written.length === 8) break;
      }
      expect(written).toHaveLength(8);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});
