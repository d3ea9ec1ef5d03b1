import type { FinishReason } from './runtime.ts';
import { createStopScanner } from './stop-text.ts';
import { createTokenText } from './token-text.ts';

/** The way of one answer from tokens to text: whole characters, no stop text, no more tokens than allowed. */
export interface OutputText {
  /** Takes the next token, or null where the model ended its turn. Answers why to end, or null to go on. */
  take(token: number | null): FinishReason | null;
  /** What can be handed on since the last call, or null. */
  drain(): { readonly text: string; readonly tokens: number } | null;
  /** Tokens taken so far. */
  readonly outputTokens: number;
}

export interface OutputRules {
  readonly decode: (tokens: readonly number[]) => string;
  /** Tokens of the prompt: spaces of the first word may depend on the last of them. */
  readonly promptTokens: readonly number[];
  /** Most tokens to take, 1 or more. */
  readonly tokensMax: number;
  /** Stop texts of the request. */
  readonly stop: readonly string[];
  /** Stop texts of the chat template: they end the model's turn as its end token does. */
  readonly turnEndTexts: readonly string[];
  /** Leaves out white space at the very beginning, as a chat's answer wants it. */
  readonly trimStart: boolean;
}

export function createOutputText(rules: OutputRules): OutputText {
  const tokenText = createTokenText(rules.decode, rules.promptTokens);
  const scanner = createStopScanner([...rules.stop, ...rules.turnEndTexts]);
  let trimming = rules.trimStart;
  let text = '';
  let undrainedTokens = 0;
  let outputTokens = 0;

  const add = (piece: string): void => {
    const wanted = trimming ? piece.trimStart() : piece;
    if (wanted !== '') trimming = false;
    text += wanted;
  };

  return {
    get outputTokens() {
      return outputTokens;
    },
    take(token) {
      if (token === null) {
        add(scanner.flush());
        return 'stop';
      }
      outputTokens += 1;
      undrainedTokens += 1;
      const scan = scanner.push(tokenText.push(token));
      add(scan.text);
      if (scan.stop !== null) return rules.stop.includes(scan.stop) ? 'stop_text' : 'stop';
      if (outputTokens < rules.tokensMax) return null;
      add(scanner.flush());
      return 'length';
    },
    drain() {
      if (text === '') return null;
      const drained = { text, tokens: undrainedTokens };
      text = '';
      undrainedTokens = 0;
      return drained;
    },
  };
}
