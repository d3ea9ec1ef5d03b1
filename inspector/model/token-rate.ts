import type { RunningRequest } from '../../machines/context.ts';
import { progressOf } from './running-progress.ts';

/** Two words of progress that are nearer than this say nothing of a rate. */
const APART_MS_MIN = 50;

interface Pace {
  readonly atMs: number;
  readonly outputTokens: number;
  readonly isDecoding: boolean;
  readonly tokensPerSecond: number;
}

/** Tokens in a second of all running requests together, from what they last told. */
export function createTokenRate() {
  let paces: ReadonlyMap<string, Pace> = new Map();
  let seen: readonly RunningRequest[] = [];
  /** Null while no request ever told how far it is. */
  let total: number | null = null;

  return {
    /** Takes what runs now; the rate that follows. */
    follow(running: readonly RunningRequest[], atMs: number): number | null {
      if (running === seen) return total;
      seen = running;
      const next = new Map<string, Pace>();
      for (const request of running) {
        const pace = paceOf(request, paces.get(request.requestId), atMs);
        if (pace !== null) next.set(request.requestId, pace);
      }
      if (next.size > 0 || total !== null) {
        total = [...next.values()].reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0);
      }
      paces = next;
      return total;
    },
    forget(): void {
      paces = new Map();
      seen = [];
      total = null;
    },
  };
}

function paceOf(request: RunningRequest, before: Pace | undefined, atMs: number): Pace | null {
  const progress = progressOf(request);
  if (progress === null) return null;
  const { outputTokens } = progress;
  const isDecoding = progress.step === 'decoding';
  // The time that it read its prompt, or waited for its reader, is no time of decoding.
  if (!isDecoding || before?.isDecoding !== true)
    return { atMs, outputTokens, isDecoding, tokensPerSecond: 0 };
  if (outputTokens === before.outputTokens || atMs - before.atMs < APART_MS_MIN) return before;
  const tokensPerSecond = ((outputTokens - before.outputTokens) / (atMs - before.atMs)) * 1000;
  return { atMs, outputTokens, isDecoding, tokensPerSecond };
}
