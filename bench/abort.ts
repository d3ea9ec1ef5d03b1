import { llamero } from './built.ts';
import { type Finding, finding, median } from './measure.ts';
import { type BenchModel, pinOf } from './models.ts';

/** How long the runtime takes to give a sequence back when a request is cancelled while its prompt is evaluated. */
export async function benchAbort(model: BenchModel, rounds: number): Promise<Finding[]> {
  const supervisor = llamero.createSupervisor({
    model: pinOf(model),
    limits: { maxInFlight: 1 },
    runtime: { gpu: false, contextTokens: 2048 },
  });
  await supervisor.start();
  const settleMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Each prompt begins differently, so that nothing of the one before can be used again.
    const admission = supervisor.submit({ prompt: `${round} ${'lorem ipsum '.repeat(120)}`, maxTokens: 8 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const given = givenBack(supervisor);
    const beganAtMs = performance.now();
    admission.cancel();
    await given;
    settleMs.push(performance.now() - beganAtMs);
    const { reason, usage } = await admission.result;
    if (reason !== 'cancelled_by_caller' || usage.outputTokens > 0)
      throw new Error('the prompt was over before the abort');
  }
  await supervisor[Symbol.asyncDispose]();
  return [
    finding(
      `abort while a long prompt is evaluated, ${model.name}: slot free again, worst`,
      Math.max(...settleMs),
      'ms',
      { atMost: 150 },
      `median ${Math.round(median(settleMs))} ms, ${rounds} rounds`,
    ),
  ];
}

/** When no request is in flight any more. */
function givenBack(supervisor: ReturnType<typeof llamero.createSupervisor>): Promise<void> {
  return new Promise((resolve) => {
    const watching = supervisor.backpressure$.subscribe(({ inFlight }) => {
      if (inFlight > 0) return;
      resolve();
      queueMicrotask(() => watching.unsubscribe());
    });
  });
}
