import type { ChatHistoryItem, ChatWrapper, LlamaModel, Token } from './llama-library.ts';
import type { ChatMessage, GenerateRequest } from './runtime.ts';

/** A request's input as the model reads it, and how its answer is known to be over. */
export interface PromptTokens {
  /** Empty when there is nothing to read. */
  readonly tokens: Token[];
  /** Tokens, besides the model's own end tokens, that end the answer. */
  readonly turnEndTokens: ReadonlySet<number>;
  /** Texts that end the answer. */
  readonly turnEndTexts: readonly string[];
  readonly isChat: boolean;
}

export type PromptTokenizer = (input: GenerateRequest['input']) => PromptTokens;

const NO_TOKENS: ReadonlySet<number> = new Set();

/**
 * The text of a request is never read as special tokens: `<|end|>` in a prompt is seven characters, not the end of a
 * turn. Only the template may write those. The chat wrapper is made at the first chat, for it takes milliseconds.
 */
export function createPromptTokenizer(
  model: LlamaModel,
  makeChatWrapper: () => ChatWrapper,
): PromptTokenizer {
  let chatWrapper: ChatWrapper | null = null;
  return (input) => {
    if ('prompt' in input) return plainTokens(model, input.prompt);
    chatWrapper ??= makeChatWrapper();
    return chatTokens(model, chatWrapper, input.messages);
  };
}

function plainTokens(model: LlamaModel, prompt: string): PromptTokens {
  const { bos, shouldPrependBosToken } = model.tokens;
  const begin = shouldPrependBosToken && bos !== null ? [bos] : [];
  // Behind a begin token, a tokenizer that adds a space of its own must not.
  const text = model.tokenize(prompt, false, begin.length > 0 ? 'trimLeadingSpace' : undefined);
  const tokens = text.length === 0 ? [] : [...begin, ...text];
  return { tokens, turnEndTokens: NO_TOKENS, turnEndTexts: [], isChat: false };
}

function chatTokens(model: LlamaModel, wrapper: ChatWrapper, messages: readonly ChatMessage[]): PromptTokens {
  if (messages.length === 0) return { tokens: [], turnEndTokens: NO_TOKENS, turnEndTexts: [], isChat: true };
  const { contextText, stopGenerationTriggers } = wrapper.generateContextState({
    chatHistory: historyOf(messages),
  });
  const turnEndTokens = new Set<number>();
  const turnEndTexts: string[] = [];
  for (const trigger of stopGenerationTriggers) {
    const isPlainText = trigger.values.every((value) => typeof value === 'string');
    const special = isPlainText
      ? undefined
      : trigger.tokenize(model.tokenizer).find((token) => model.isSpecialToken(token));
    if (special !== undefined) turnEndTokens.add(special);
    else if (isPlainText) turnEndTexts.push(trigger.toString());
  }
  return { tokens: contextText.tokenize(model.tokenizer), turnEndTokens, turnEndTexts, isChat: true };
}

/** A chat that ends with the assistant is one whose last message is to be continued. */
function historyOf(messages: readonly ChatMessage[]): ChatHistoryItem[] {
  const history = messages.map(historyItem);
  if (messages.at(-1)?.role !== 'assistant') history.push({ type: 'model', response: [] });
  return history;
}

function historyItem({ role, content }: ChatMessage): ChatHistoryItem {
  switch (role) {
    case 'system':
      return { type: 'system', text: content };
    case 'user':
      return { type: 'user', text: content };
    case 'assistant':
      return { type: 'model', response: [content] };
  }
}
