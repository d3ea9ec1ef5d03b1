import { fromCallback } from 'xstate';
import type { GenerateCommand, GenerateInput, RequestEvent } from '../machines/request.ts';
import type { Clock } from '../services/clock.ts';
import type { GenerateSummary, Runtime } from '../services/runtime.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import type { RuntimeLease } from './runtime-lease.ts';

export interface GenerateServices {
  readonly runtime: Runtime;
  readonly lease: RuntimeLease;
  readonly clock: Clock;
  /** How long the chart may go without a sign of life, in ms: a fraction of its stall deadline. */
  readonly signEveryMs: number;
  /** A piece of the prompt was evaluated, or tokens came. */
  readonly onStep: () => void;
  /** A reader began, or ceased, to hold its generation. */
  readonly onReader: (held: boolean) => void;
}

/**
 * Pumps one generation from the runtime into the request's buffer. Tokens go straight to the buffer; the chart
 * gets signs of life. While the buffer is full the runtime is not asked for more: a slow reader slows only itself.
 */
export function defineGenerateTokens(services: GenerateServices, entry: LedgerEntry) {
  return fromCallback<GenerateCommand, GenerateInput>(({ sendBack, receive, input }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const say = (event: RequestEvent) => sendBack(event);
    receive(() => controller.abort());

    pump(services, entry, input.generation, signal, say).then(
      (summary) => {
        entry.recordSummary(summary);
        say(ended(summary));
      },
      () => say({ type: 'generation.ended', outcome: 'failed', reason: 'generation_failed' }),
    );
    return () => controller.abort();
  });
}

async function pump(
  { runtime, lease, clock, signEveryMs, onReader, onStep }: GenerateServices,
  entry: LedgerEntry,
  generation: number,
  signal: AbortSignal,
  say: (event: RequestEvent) => void,
): Promise<GenerateSummary> {
  const handle = lease.handleOf(generation);
  if (handle === null) return { kind: 'failed', reason: 'generation_failed' };

  const steps = runtime.generate(handle, entry.request, signal);
  let signAtMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
    const step = next.value;
    if (entry.isSettled()) continue;
    entry.recordStep(step);
    onStep();
    if (step.kind === 'prompt') {
      say({ type: 'prompt.advanced' });
      continue;
    }
    const nowMs = clock.nowMs();
    if (nowMs - signAtMs >= signEveryMs) {
      signAtMs = nowMs;
      say({ type: 'token.decoded' });
    }
    const room = entry.buffer.write({ text: step.text, tokens: step.tokens });
    if (room === undefined) continue;
    // Going on after the chart was told of the hold is a sign of life by itself; a short wait is none.
    if (await heldByReader(room)) signAtMs = clock.nowMs();
  }

  /** A reader that is behind by a moment is nothing to tell; one that stays behind holds its generation. */
  async function heldByReader(room: Promise<void>): Promise<boolean> {
    let told = false;
    const timer = clock.setTimeout(
      () => {
        told = true;
        onReader(true);
        say({ type: 'reader.held' });
      },
      Math.min(READER_HELD_MS, signEveryMs),
    );
    await room;
    clock.clearTimeout(timer);
    if (told) {
      onReader(false);
      say({ type: 'reader.flowing' });
    }
    return told;
  }
}

/** How long a full buffer may stand before its reader counts as holding the generation, in ms. */
const READER_HELD_MS = 100;

function ended(summary: GenerateSummary): RequestEvent {
  const type = 'generation.ended';
  switch (summary.kind) {
    case 'completed':
      return { type, outcome: 'completed', reason: 'generation_completed' };
    case 'aborted':
      return { type, outcome: 'cancelled', reason: 'cancelled_by_stop' };
    case 'denied':
      return { type, outcome: 'denied', reason: summary.reason };
    case 'failed':
      return { type, outcome: 'failed', reason: summary.reason };
  }
}
