import type { RequestResult } from '../../actors/ledger-entry.ts';
import { convergeDownload } from './converge-download.ts';
import type { AskAct } from './plan.ts';
import type { Stage } from './run-plan.ts';
import { placeOf } from './watch.ts';

/** Longer than every deadline of a plan together. */
const REST_MS_MAX = 400_000;

/** What is asked of a supervisor that has been left in peace. */
const LAST: AskAct = {
  do: 'ask',
  atMs: 0,
  tokens: 10,
  promptWords: 200,
  reader: 'fast',
  cancelAfterMs: null,
  by: 'call',
  deadlineMs: null,
  wait: true,
  inside: false,
};

/** After the faults: it comes to rest by itself, starts, answers one more request, drains, and nothing is left. */
export async function converge(stage: Stage & { readonly isDone: () => boolean }): Promise<void> {
  const { world, supervisor, judge, host, limits, isDone } = stage;
  const place = (): string => placeOf(supervisor.actor.getSnapshot());
  /** Lets the world go on until `come` is true, which it must within the bound. */
  const within = async (what: string, come: () => boolean): Promise<boolean> => {
    if (judge.violation() !== null) return false;
    const untilMs = world.nowMs() + REST_MS_MAX;
    await world.run(untilMs, () => isDone() || come());
    judge.check('SI14', come(), () => `${what}: still ${place()} after ${REST_MS_MAX} ms`);
    return judge.violation() === null;
  };

  const rested = await within(
    'coming to rest',
    () => ['ready.healthy', 'stopped.idle', 'stopped.failed'].includes(place()) && host.openRequests() === 0,
  );
  if (!rested) return;

  let started: boolean | null = null;
  void host.start().then((ok) => {
    started = ok;
  });
  if (!(await within('starting', () => started !== null))) return;
  judge.check('SI14', started === true, () => 'a start without faults failed');
  // Until what it knows of the machine is of after the faults.
  await world.run(world.nowMs() + limits.observationAgeMsMax * 2, isDone);

  let result: RequestResult | null = null;
  const asked = host.ask(LAST);
  judge.check('SI14', asked !== null, () => 'a request without faults was refused');
  void asked?.then((outcome) => {
    result = outcome;
  });
  if (!(await within('answering', () => result !== null))) return;
  const { outcome, text } = result as unknown as RequestResult;
  judge.check(
    'SI14',
    outcome === 'completed' && text.length > 0,
    () => `a request without faults: ${outcome}`,
  );

  let drained = false;
  void host.drain(null).then(() => {
    drained = true;
  });
  if (!(await within('draining', () => drained))) return;
  judge.check('SI14', place() === 'stopped.idle', () => `drained into ${place()}`);
  await convergeDownload(stage);
  await world.run(world.nowMs() + REST_MS_MAX, isDone);
  judgeLeftovers(stage);
}

function judgeLeftovers({ judge, world, runtime, model, machine, supervisor, host }: Stage): void {
  const { running, queue, readersHeld } = supervisor.actor.getSnapshot().context;
  judge.check('SI15', host.openCommands() === 0, () => `${host.openCommands()} commands did not settle`);
  judge.check('SI5', host.openRequests() === 0, () => `${host.openRequests()} requests have no outcome`);
  const left = {
    models: runtime.alive(),
    generations: runtime.generating(),
    calls: runtime.openCalls(),
    ...model.held(),
    ...model.open(),
    probes: machine.openProbes(),
    timers: world.armedTimers(),
    listeners: host.listeners(),
    running: running.length,
    queued: queue.length,
    readersHeld,
  };
  const nothing = Object.values(left).every((count) => count === 0);
  judge.check('SI16', nothing, () => `left: ${JSON.stringify(left)}`);
}
