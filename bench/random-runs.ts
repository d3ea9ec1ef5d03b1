import { createActor } from 'xstate';
import { createFlightRecorder } from '../actors/flight-recorder.ts';
import { createRecordedLogic } from '../actors/recorded-logic.ts';
import { REQUEST_STEPS, type SupervisorEvent } from '../machines/events.ts';
import { DEFAULT_LIMITS } from '../policies/limits.ts';
import { createDice, type Dice } from '../test/doubles/dice.ts';
import { bareMachine } from './bare-machine.ts';

const limits = { ...DEFAULT_LIMITS, maxInFlight: 2, queueBound: 3, queueMsMax: 500, traceBytesMax: 262_144 };
const EVENTS = 40;

/** A live run of random events, timers among them, and its trace as the flight recorder has it. */
export function playRandomRun(seed: number): string {
  const dice = createDice(seed);
  const timers = new Map<number, () => void>();
  let timerId = 0;
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    setTimeout: (fn: () => void) => {
      timerId += 1;
      timers.set(timerId, fn);
      return timerId;
    },
    clearTimeout: (id: unknown) => void timers.delete(id as number),
  };
  const input = { limits, jitterSeed: seed };
  const recorder = createFlightRecorder({ ...input, library: 'bench', clock, clockKind: 'virtual' });
  const actor = createActor(createRecordedLogic(bareMachine, input, recorder), { clock });
  actor.start();
  for (let i = 0; i < EVENTS; i += 1) {
    nowMs += dice.roll(200);
    const armed = [...timers.keys()];
    if (armed.length > 0 && dice.roll(6) === 0) {
      const id = dice.pick(armed);
      const fire = timers.get(id);
      timers.delete(id);
      fire?.();
    } else {
      actor.send(randomEvent(dice, nowMs, actor.getSnapshot().context.generation, i));
    }
  }
  actor.stop();
  return recorder.dump();
}

function randomEvent(dice: Dice, atMs: number, current: number, i: number): SupervisorEvent {
  const generation = dice.roll(5) === 0 ? dice.roll(4) : current;
  const requestId = `r${dice.roll(12)}`;
  switch (dice.roll(15)) {
    case 0:
    case 1:
      return { type: 'supervisor.start', atMs };
    case 2:
      return dice.roll(3) > 0 ? { type: 'supervisor.start', atMs } : { type: 'supervisor.stop', atMs };
    case 3:
      return dice.roll(3) > 0
        ? { type: 'runtime.released', generation, atMs }
        : { type: 'supervisor.drain', deadlineMs: dice.pick([null, 100]), atMs };
    case 4:
      return { type: 'model.acquired', generation, atMs };
    case 5:
      return {
        type: 'model.loaded',
        generation,
        facts: { contextTokens: 512, sequences: 2, threads: 1, backend: 'cpu', modelBytes: 1 },
        atMs,
      };
    case 6:
    case 7: {
      const ok = dice.roll(4) > 0;
      const verdict = ok
        ? ({ ok, reason: 'runtime_healthy' } as const)
        : ({ ok, reason: 'runtime_probe_failed' } as const);
      return { type: 'runtime.probed', generation, verdict, atMs };
    }
    case 8:
    case 9:
      return {
        type: 'request.submit',
        requestId: `r${i}`,
        facts: {
          promptKind: dice.pick(['text', 'messages', 'missing']),
          promptChars: dice.roll(100),
          messageCount: 1,
          maxTokens: dice.pick([null, 16, -1]),
          deadlineMs: dice.pick([null, 100]),
          signalAborted: false,
          fault: null,
        },
        wait: dice.roll(4) > 0,
        atMs,
      };
    case 10:
      return { type: 'request.cancel', requestId, atMs };
    case 11: {
      const [outcome, reason] = dice.pick([
        ['completed', 'generation_completed'],
        ['failed', 'generation_failed'],
        ['cancelled', 'cancelled_by_caller'],
      ] as const);
      return { type: 'request.settled', requestId, generation, outcome, reason, atMs };
    }
    case 12:
      return dice.roll(4) > 0
        ? sample(dice, atMs)
        : {
            type: 'start.refused',
            generation,
            reason: dice.pick(['digest_mismatch', 'runtime_load_failed']),
            atMs,
          };
    case 13:
      return {
        type: 'request.progressed',
        requestId,
        generation,
        step: dice.pick(REQUEST_STEPS),
        promptTokens: dice.roll(100),
        outputTokens: dice.roll(100),
        atMs,
      };
    default:
      return sample(dice, atMs);
  }
}

function sample(dice: Dice, atMs: number): SupervisorEvent {
  const memoryAvailableBytes = dice.pick([900, 900, 100, 10, -1]);
  return {
    type: 'resources.sampled',
    sample: {
      atMs,
      memoryTotalBytes: 1000,
      memoryAvailableBytes,
      cpuLoadRatio: dice.roll(100) / 100,
      processBytes: 100,
      eventLoopDelayMs: dice.roll(50) / 7,
      vramTotalBytes: null,
      vramUsedBytes: null,
    },
    atMs,
  };
}
