import { llamero } from './built.ts';
import { type Finding, finding, interleave, median } from './measure.ts';
import { type BenchModel, pinOf } from './models.ts';
import { openRaw, rawTokens } from './raw-runtime.ts';

const CONTEXT_TOKENS = 2048;

/** The same question in both worlds: as a request, and as the text that the chat template makes of it. */
export interface Ask {
  readonly request:
    | { readonly prompt: string }
    | { readonly messages: readonly [{ readonly role: 'user'; readonly content: string }] };
  readonly rawPrompt: string;
}

/** One stream through `supervisor.generate` against the low-level loop, turn by turn in one process. */
export async function benchDecode(
  model: BenchModel,
  ask: Ask,
  tokens: number,
  rounds: number,
): Promise<Finding[]> {
  const raw = await openRaw(model, CONTEXT_TOKENS);
  const supervisor = llamero.createSupervisor({
    model: pinOf(model),
    limits: { maxInFlight: 1 },
    runtime: { gpu: false, contextTokens: CONTEXT_TOKENS },
  });
  await supervisor.start();

  const ours = async () => {
    let chunks = 0;
    const beganAtMs = performance.now();
    const stream = supervisor.generate({ ...ask.request, maxTokens: tokens });
    let next = await stream.next();
    for (; !next.done; next = await stream.next()) chunks += 1;
    const ms = performance.now() - beganAtMs;
    if (chunks === 0) throw new Error('nothing was generated');
    return (next.value.usage.outputTokens * 1000) / ms;
  };

  // Each once, unmeasured: code gets hot, pages get mapped.
  await ours();
  await rawTokens(raw.model, raw.sequence, ask.rawPrompt, tokens, true);

  const bare = await interleave(rounds, ours, () =>
    rawTokens(raw.model, raw.sequence, ask.rawPrompt, tokens, false),
  );
  const text = await interleave(rounds, ours, () =>
    rawTokens(raw.model, raw.sequence, ask.rawPrompt, tokens, true),
  );
  await supervisor[Symbol.asyncDispose]();
  await raw.close();

  const detail = `${Math.round(median(bare.first))} against ${Math.round(median(bare.second))} tokens/s, ${tokens} tokens, ${rounds} rounds`;
  return [
    finding(
      `decode ${model.name}: supervisor.generate / sequence.evaluate`,
      bare.ratio,
      'ratio',
      { atLeast: 0.97 },
      detail,
    ),
    finding(
      `decode ${model.name}: the same, raw loop with text`,
      text.ratio,
      'ratio',
      null,
      `${Math.round(median(text.first))} against ${Math.round(median(text.second))} tokens/s`,
    ),
  ];
}
