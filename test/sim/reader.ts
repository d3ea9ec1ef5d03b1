import type { TokenChunk } from '../../actors/ledger-entry.ts';
import type { ReaderKind } from './plan.ts';
import type { World } from './world.ts';

/** What one reader has read so far. */
export interface Reading {
  /** It reads from the first token on. */
  readonly attach: () => void;
  readonly take: (chunk: TokenChunk) => void;
  readonly leave: () => void;
  readonly text: () => string;
  readonly tokens: () => number;
  readonly isAttached: () => boolean;
  readonly left: () => boolean;
}

const SLOW_MS = 700;
const LATE_MS = 2_500;
/** Chunks after which the impatient leave. */
const ENOUGH = 3;

/** Reads as this kind of reader does. Never rejects. */
export async function readAs(
  kind: ReaderKind,
  tokens: AsyncIterable<TokenChunk>,
  world: Pick<World, 'sleep'>,
  reading: Reading,
): Promise<void> {
  switch (kind) {
    case 'never':
      return;
    case 'late':
      await world.sleep(LATE_MS);
      for await (const chunk of tokens) reading.take(chunk);
      return;
    case 'fast':
    case 'slow':
      reading.attach();
      for await (const chunk of tokens) {
        reading.take(chunk);
        if (kind === 'slow') await world.sleep(SLOW_MS);
      }
      return;
    case 'stops': {
      reading.attach();
      const { value, done } = await tokens[Symbol.asyncIterator]().next();
      if (done !== true) reading.take(value);
      return;
    }
    case 'leaves':
    case 'throws':
      reading.attach();
      try {
        await readSome(tokens, reading, kind === 'throws');
      } catch {
        // Its own.
      }
      return;
  }
}

async function readSome(tokens: AsyncIterable<TokenChunk>, reading: Reading, throws: boolean): Promise<void> {
  let chunks = 0;
  for await (const chunk of tokens) {
    reading.take(chunk);
    chunks += 1;
    if (chunks < ENOUGH) continue;
    reading.leave();
    if (throws) throw new Error('of the reader');
    return;
  }
}
