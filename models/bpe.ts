import { byteSymbols } from './byte-symbols.ts';

/** A byte-level BPE in the manner of GPT-2: every byte is a token, and merges join two tokens into one. */
export interface Bpe {
  /** Every token's text, in byte symbols: the 256 bytes first, then one for each merge that made a new one. */
  readonly symbols: readonly string[];
  /** Pairs of symbols in order of rank: an earlier pair is joined before a later one. */
  readonly merges: readonly (readonly [string, string])[];
}

/** How llama.cpp cuts text before merging when `tokenizer.ggml.pre` is `gpt-2`. No merge crosses a cut. */
const PIECES = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/**
 * Learns merges from texts: at each step the pair that stands most often, and of equals the first in code unit
 * order, until every piece is one token or `tokensMax` is reached. The same texts always give the same merges.
 */
export function learnBpe(texts: readonly string[], tokensMax: number): Bpe {
  const symbols = [...byteSymbols()];
  const known = new Set(symbols);
  const merges: [string, string][] = [];
  const words = countPieces(texts);
  while (symbols.length < tokensMax) {
    const pair = mostFrequentPair(words);
    if (pair === undefined) break;
    merges.push(pair);
    const joined = pair[0] + pair[1];
    if (!known.has(joined)) {
      known.add(joined);
      symbols.push(joined);
    }
    for (const word of words) word.parts = join(word.parts, pair);
  }
  return { symbols, merges };
}

/** The tokens of a text, as places in `bpe.symbols`. Knows no special tokens. */
export function encodeBpe(bpe: Bpe, text: string): number[] {
  const places = new Map(bpe.symbols.map((symbol, place) => [symbol, place]));
  const ranks = new Map(bpe.merges.map((pair, rank) => [pair.join(' '), rank]));
  return pieces(text).flatMap((piece) => {
    let parts = symbolsOf(piece);
    for (;;) {
      const best = lowestRank(parts, ranks);
      if (best === undefined) break;
      parts = join(parts, bpe.merges[best]!);
    }
    return parts.map((part) => places.get(part)!);
  });
}

/** The text of tokens, as `encodeBpe` numbers them. */
export function decodeBpe(bpe: Bpe, tokens: readonly number[]): string {
  const bytes = new Map(byteSymbols().map((symbol, byte) => [symbol, byte]));
  const text = tokens.map((token) => bpe.symbols[token] ?? '').join('');
  return new TextDecoder().decode(Uint8Array.from([...text].map((symbol) => bytes.get(symbol)!)));
}

function pieces(text: string): string[] {
  return text.match(PIECES) ?? [];
}

function symbolsOf(piece: string): string[] {
  const alphabet = byteSymbols();
  return [...new TextEncoder().encode(piece)].map((byte) => alphabet[byte]!);
}

interface CountedPiece {
  parts: string[];
  readonly count: number;
}

function countPieces(texts: readonly string[]): CountedPiece[] {
  const counts = new Map<string, number>();
  for (const piece of texts.flatMap(pieces)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return [...counts].map(([piece, count]) => ({ parts: symbolsOf(piece), count }));
}

function mostFrequentPair(words: readonly CountedPiece[]): [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const { parts, count } of words) {
    for (let at = 0; at + 1 < parts.length; at += 1) {
      const key = `${parts[at]} ${parts[at + 1]}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  let best: string | undefined;
  let bestCount = 0;
  for (const [key, count] of counts) {
    if (count > bestCount || (count === bestCount && best !== undefined && key < best)) {
      best = key;
      bestCount = count;
    }
  }
  return best?.split(' ') as [string, string] | undefined;
}

function lowestRank(parts: readonly string[], ranks: ReadonlyMap<string, number>): number | undefined {
  let lowest: number | undefined;
  for (let at = 0; at + 1 < parts.length; at += 1) {
    const rank = ranks.get(`${parts[at]} ${parts[at + 1]}`);
    if (rank !== undefined && (lowest === undefined || rank < lowest)) lowest = rank;
  }
  return lowest;
}

function join(parts: readonly string[], [left, right]: readonly [string, string]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    if (parts[at] === left && parts[at + 1] === right) {
      joined.push(left + right);
      at += 1;
    } else {
      joined.push(parts[at]!);
    }
  }
  return joined;
}
