import type { Supervisor } from '../index.ts';
import { interleave } from './measure.ts';

const ROUNDS = 40;

/**
 * Tokens a second with something on against off, turn by turn in one process. Which of two models was loaded first
 * makes a difference of its own: each order is measured, and the ratio is the mean of both.
 */
export async function compareOnOff(
  make: (isOn: boolean) => Promise<Supervisor>,
): Promise<{ readonly ratio: number; readonly detail: string }> {
  const compare = async (onFirst: boolean) => {
    const made = [await make(onFirst), await make(!onFirst)] as const;
    const [on, off] = onFirst ? made : [made[1], made[0]];
    await tokensPerSecond(on);
    await tokensPerSecond(off);
    const { ratio } = await interleave(
      ROUNDS,
      () => tokensPerSecond(on),
      () => tokensPerSecond(off),
    );
    await Promise.all(made.map((supervisor) => supervisor[Symbol.asyncDispose]()));
    return ratio;
  };
  const ratios = [await compare(true), await compare(false)] as const;
  return {
    ratio: Math.sqrt(ratios[0] * ratios[1]),
    detail: `${ratios.map((ratio) => ratio.toFixed(3)).join(' and ')} by order of loading, ${ROUNDS} rounds each`,
  };
}

/** The speed of one request that decodes without an end, from submit to its outcome. */
export async function tokensPerSecond(supervisor: Supervisor): Promise<number> {
  const beganAtMs = performance.now();
  const { result } = supervisor.submit({
    messages: [{ role: 'user', content: 'Tick until I stop you.' }],
    maxTokens: 400,
  });
  const { usage } = await result;
  return (usage.outputTokens * 1000) / (performance.now() - beganAtMs);
}
