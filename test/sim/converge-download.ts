import type { Stage } from './run-plan.ts';

/** Longer than every deadline of a download together. */
const DOWNLOAD_MS_MAX = 400_000;

/** A supervisor at rest whose model was deleted meanwhile brings it here again, and stops. */
export async function convergeDownload(stage: Stage & { readonly isDone: () => boolean }): Promise<void> {
  const { world, judge, host, model, isDone } = stage;
  if (model.forget === null || judge.violation() !== null) return;
  /** Lets the world go on until a command has settled; null where it does not. */
  const settled = async (command: Promise<boolean>): Promise<boolean | null> => {
    let outcome: boolean | null = null;
    void command.then((ok) => {
      outcome = ok;
    });
    await world.run(world.nowMs() + DOWNLOAD_MS_MAX, () => isDone() || outcome !== null);
    return outcome;
  };

  model.forget();
  const started = await settled(host.start());
  judge.check('SI22', started === true && model.isSound(), () => `a download without faults: ${started}`);
  await settled(host.drain(null));
}
