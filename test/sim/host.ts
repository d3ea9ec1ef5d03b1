import { getEventListeners } from 'node:events';
import type { RequestResult } from '../../actors/ledger-entry.ts';
import type { Admission } from '../../host/admission.ts';
import type { Supervisor } from '../../host/supervisor.ts';
import { SupervisorError } from '../../host/supervisor-error.ts';
import type { Limits } from '../../policies/limits.ts';
import { answerTo, promptOf } from './answer.ts';
import type { Judge } from './judge.ts';
import { fitsOutcome } from './outcome-reasons.ts';
import type { Act, AskAct } from './plan.ts';
import { type Reading, readAs } from './reader.ts';
import type { Sightings } from './sightings.ts';
import type { World } from './world.ts';

export interface HostParts {
  readonly world: World;
  readonly supervisor: Supervisor;
  readonly limits: Limits;
  readonly judge: Judge;
  readonly sightings: Sightings;
  /** Told of every command just before it is given. */
  readonly onCommand: (command: 'start' | 'stop' | 'drain') => void;
  /** What happened, for the hash of the run. */
  readonly note: (line: string) => void;
}

export interface Host {
  readonly play: (act: Act) => void;
  /** Asks for `tokens` and tells what came of it; null when refused. */
  readonly ask: (act: AskAct) => Promise<RequestResult> | null;
  readonly start: () => Promise<boolean>;
  readonly drain: (deadlineMs: number | null) => Promise<boolean>;
  /** Within a step of the actor: what was to be asked from inside is asked now. */
  readonly onStep: () => void;
  /** The runtime hands out tokens of this prompt. */
  readonly onChunk: (prompt: string, tokens: number) => void;
  readonly requests: () => number;
  readonly openRequests: () => number;
  readonly openCommands: () => number;
  /** Listeners that requests left on their signals. */
  readonly listeners: () => number;
}

interface Asked {
  readonly act: AskAct;
  readonly prompt: string;
  /** The prompt's first words. */
  readonly name: string;
  readonly reading: Reading;
  readonly suspendedMs: number;
  yieldedTokens: number;
  /** The caller cancelled, or its reader left. */
  gaveUp: boolean;
}

/** A life is rounded up to whole milliseconds, of which a request that is let run gets at least one. */
const ROUNDED_MS = 1;

/** A host that does what a plan says, and holds every answer against what it knows. */
export function createHost(parts: HostParts): Host {
  const { world, supervisor, limits, judge, sightings, onCommand, note } = parts;
  const { saw } = sightings;
  const open = new Map<string, Asked>();
  const inside: AskAct[] = [];
  const signals: AbortSignal[] = [];
  let requests = 0;
  let openCommands = 0;

  const judgeResult = (asked: Asked, result: RequestResult): void => {
    const { act, prompt, name, reading } = asked;
    const { outcome, reason, text, timings, usage } = result;
    saw(`outcome ${outcome}`);
    saw(`ended ${reason}`);
    judge.check('SI5', open.delete(prompt), () => `${name} had its outcome before ${outcome}`);
    judge.check('SI5', fitsOutcome(outcome, reason), () => `${outcome} because of ${reason}`);
    judge.check(
      'SI5',
      reason !== 'cancelled_by_caller' || asked.gaveUp || reading.left(),
      () => `${name}: nobody cancelled it`,
    );
    const said = answerTo(prompt, text.length);
    const isWhole = outcome !== 'completed' || text.length >= answerTo(prompt).length;
    judge.check('SI6', said.startsWith(text) && isWhole, () => `${name}: "${text}"`);
    judge.check(
      'SI6',
      text.startsWith(reading.text()),
      () => `${name} read "${reading.text()}" of "${text}"`,
    );
    judge.check(
      'SI6',
      outcome !== 'completed' || usage.outputTokens >= act.tokens,
      () => `${name}: ${usage.outputTokens} of ${act.tokens} tokens`,
    );
    const lifeMs = Math.min(act.deadlineMs ?? limits.requestMsMax, limits.requestMsMax);
    const sleptMs = world.suspendedMs() - asked.suspendedMs;
    judge.check(
      'SI7',
      timings.totalMs <= lifeMs + sleptMs + ROUNDED_MS,
      () => `${name} lived ${timings.totalMs} of ${lifeMs} ms`,
    );
    note(`${name} ${outcome} ${reason} ${text.length}`);
  };

  const letIn = (asked: Asked, admission: Admission): Promise<RequestResult> => {
    const { act, prompt } = asked;
    open.set(prompt, asked);
    void readAs(act.reader, admission.tokens, world, asked.reading);
    return admission.result.then((result) => {
      judgeResult(asked, result);
      return result;
    });
  };

  const ask = (act: AskAct): Promise<RequestResult> | null => {
    requests += 1;
    const prompt = promptOf(requests, act);
    const controller = act.by === 'signal' && act.cancelAfterMs !== null ? new AbortController() : null;
    if (controller !== null) signals.push(controller.signal);
    const { state } = supervisor.getSnapshot();
    const admission = supervisor.submit({
      prompt,
      wait: act.wait,
      ...(act.deadlineMs !== null && { deadlineMs: act.deadlineMs }),
      ...(controller !== null && { signal: controller.signal }),
    });
    const { disposition, verdict } = admission;
    note(`ask ${requests} ${disposition} ${verdict.reason}`);
    judge.check('SI4', disposition === 'refused' || state === 'ready', () => `${disposition} while ${state}`);
    if (disposition === 'refused') {
      saw(`refused ${verdict.reason}`);
      return null;
    }
    const reading = createReading();
    const asked: Asked = {
      act,
      prompt,
      name: `ask ${requests}`,
      reading,
      suspendedMs: world.suspendedMs(),
      yieldedTokens: 0,
      gaveUp: false,
    };
    if (act.cancelAfterMs !== null) {
      world.after(act.cancelAfterMs, () => {
        asked.gaveUp = true;
        if (controller === null) admission.cancel();
        else controller.abort();
      });
    }
    return letIn(asked, admission);
  };

  /** Whether a command came out well; a start that fails must say so in its own way. */
  const command = async (name: 'start' | 'stop' | 'drain', run: () => Promise<unknown>): Promise<boolean> => {
    openCommands += 1;
    onCommand(name);
    try {
      await run();
      note(`${name} ok`);
      return true;
    } catch (error) {
      const code = SupervisorError.isInstance(error) ? `${error.code} ${error.reason}` : String(error);
      judge.check(
        'SI15',
        name === 'start' && code.startsWith('start_failed'),
        () => `${name} rejected: ${code}`,
      );
      note(`${name} ${code}`);
      return false;
    } finally {
      openCommands -= 1;
    }
  };

  const start = () => command('start', () => supervisor.start());
  const stop = () => command('stop', () => supervisor.stop());
  const drain = (deadlineMs: number | null) =>
    command('drain', () => supervisor.drain(deadlineMs === null ? {} : { deadlineMs }));

  return {
    play: (act) => {
      switch (act.do) {
        case 'ask':
          if (act.inside) inside.push(act);
          else ask(act);
          return;
        case 'start':
          return void start();
        case 'stop':
          return void stop();
        case 'drain':
          return void drain(act.deadlineMs);
        case 'suspend':
          if (supervisor.getSnapshot().state === 'ready') saw('asleep while ready');
          return world.suspend(act.forMs);
      }
    },
    ask,
    start,
    drain,
    onStep: () => {
      const act = inside.pop();
      if (act !== undefined) ask(act);
    },
    onChunk: (prompt, tokens) => {
      const asked = open.get(prompt);
      if (asked === undefined) {
        saw('told after its outcome');
        return;
      }
      asked.yieldedTokens += tokens;
      if (!asked.reading.isAttached()) return;
      const keptTokens = asked.yieldedTokens - asked.reading.tokens();
      judge.check(
        'SI9',
        // One more is in the writer's hand.
        keptTokens <= limits.tokenBufferChunks + 1 || asked.reading.left(),
        () => `${asked.name}: ${keptTokens} tokens are kept in ${limits.tokenBufferChunks} chunks`,
      );
    },
    requests: () => requests,
    openRequests: () => open.size,
    openCommands: () => openCommands,
    listeners: () => signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0),
  };
}

function createReading(): Reading {
  let text = '';
  let tokens = 0;
  let attached = false;
  let left = false;
  return {
    attach: () => {
      attached = true;
    },
    take: (chunk) => {
      text += chunk.text;
      tokens += chunk.tokens;
    },
    leave: () => {
      left = true;
    },
    text: () => text,
    tokens: () => tokens,
    isAttached: () => attached,
    left: () => left,
  };
}
