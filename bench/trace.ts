import { createActor } from 'xstate';
import { createFlightRecorder } from '../actors/flight-recorder.ts';
import { createRecordedLogic } from '../actors/recorded-logic.ts';
import type { SupervisorEvent } from '../machines/events.ts';
import { replay } from '../machines/replay.ts';
import { DEFAULT_LIMITS, type Limits } from '../policies/limits.ts';
import { bareMachine } from './bare-machine.ts';
import { llamero } from './built.ts';
import { type Finding, finding, interleave, median } from './measure.ts';
import { embedded, pinOf } from './models.ts';
import { compareOnOff } from './on-off.ts';
import { playRandomRun } from './random-runs.ts';

/** What recording costs, how fast a trace replays, how large it grows, and whether random runs replay as recorded. */
export async function benchTrace(): Promise<Finding[]> {
  return [...(await recorderOnOff()), ...(await costOfAStep()), ...busyHour(), ...randomRuns()];
}

/** Tokens a second with the flight recorder on against off, turn by turn. */
async function recorderOnOff(): Promise<Finding[]> {
  const make = async (traceBytesMax: number) => {
    const supervisor = llamero.createSupervisor({
      model: pinOf(embedded()),
      limits: { maxInFlight: 1, traceBytesMax },
      runtime: { gpu: false, contextTokens: 2048 },
    });
    await supervisor.start();
    return supervisor;
  };
  const { ratio, detail } = await compareOnOff((isOn) => make(isOn ? ON_BYTES : 0));
  return [finding('recorder on / off: tokens a second', ratio, 'ratio', { atLeast: 0.99 }, detail)];
}

const ON_BYTES = 1_048_576;

const STILL_CLOCK = { nowMs: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };

/** The machine without its ports, so that nothing but steps is measured. */
function createBareActor(traceBytesMax: number) {
  const limits: Limits = { ...DEFAULT_LIMITS, maxInFlight: 4, queueBound: 16, traceBytesMax };
  const input = { limits, jitterSeed: 1 };
  const recorder = createFlightRecorder({
    ...input,
    library: 'bench',
    clock: STILL_CLOCK,
    clockKind: 'virtual',
  });
  const actor = createActor(createRecordedLogic(bareMachine, input, recorder), { clock: STILL_CLOCK });
  actor.start();
  for (const event of WAY_UP) actor.send(event);
  return { actor, recorder };
}

const sampleAt = (atMs: number): SupervisorEvent => ({
  type: 'resources.sampled',
  sample: {
    atMs,
    memoryTotalBytes: 25_276_510_208,
    memoryAvailableBytes: 24_156_971_008 - (Math.floor(atMs) % 1000) * 4096,
    cpuLoadRatio: 0.517_241,
    processBytes: 345_678_901,
    eventLoopDelayMs: 1.234_567,
    vramTotalBytes: null,
    vramUsedBytes: null,
  },
  atMs,
});

const WAY_UP: readonly SupervisorEvent[] = [
  { type: 'supervisor.start', atMs: 0 },
  sampleAt(0),
  { type: 'model.acquired', generation: 1, atMs: 0 },
  {
    type: 'model.loaded',
    generation: 1,
    facts: { contextTokens: 4096, sequences: 4, threads: 1, backend: 'cpu', modelBytes: 1 },
    atMs: 0,
  },
  { type: 'runtime.probed', generation: 1, verdict: { ok: true, reason: 'runtime_healthy' }, atMs: 0 },
];

async function costOfAStep(): Promise<Finding[]> {
  const recorded = createBareActor(1_048_576);
  const bare = createBareActor(0);
  const usPerEvent =
    ({ actor }: typeof bare) =>
    async () => {
      const events = 5000;
      const beganAtMs = performance.now();
      for (let i = 0; i < events; i += 1) actor.send(sampleAt(i));
      return ((performance.now() - beganAtMs) * 1000) / events;
    };
  const { first, second } = await interleave(15, usPerEvent(recorded), usPerEvent(bare));
  const cost = median(first) - median(second);
  return [
    finding(
      'recorder: cost of an event',
      cost,
      'µs',
      { atMost: 10 },
      `${median(first).toFixed(1)} against ${median(second).toFixed(1)} µs a step`,
    ),
  ];
}

/** An hour of ten requests a second and four samples a second, played through the machine. */
function busyHour(): Finding[] {
  const { actor, recorder } = createBareActor(0);
  const lines: string[] = [];
  let chars = 0;
  recorder.attach({
    write: (line) => {
      chars += line.length + 1;
      if (lines.length < 20_000) lines.push(line);
      return true;
    },
  });
  const facts = {
    promptKind: 'messages',
    promptChars: 420,
    messageCount: 3,
    maxTokens: 256,
    deadlineMs: null,
    signalAborted: false,
    fault: null,
  } as const;
  const seconds = 3600;
  for (let second = 0; second < seconds; second += 1) {
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const atMs = second * 1000 + tenth * 100 + 0.137;
      const n = second * 10 + tenth;
      if (tenth % 5 === 0) actor.send(sampleAt(atMs));
      if (tenth % 5 === 2) actor.send(sampleAt(atMs));
      actor.send({ type: 'request.submit', requestId: `r${n}`, facts, wait: true, atMs });
      if (n < 6) continue;
      const outcome = { outcome: 'completed', reason: 'generation_completed' } as const;
      actor.send({
        type: 'request.settled',
        requestId: `r${n - 6}`,
        generation: 1,
        ...outcome,
        atMs: atMs + 50,
      });
    }
  }
  const beganAtMs = performance.now();
  const result = replay(lines);
  const perSecond = (lines.length * 1000) / (performance.now() - beganAtMs);
  if (result.kind !== 'ok')
    throw new Error(`the hour does not replay: ${JSON.stringify(result).slice(0, 500)}`);
  return [
    finding(
      'replay: events a second',
      perSecond,
      '1/s',
      { atLeast: 20_000 },
      `${lines.length} lines of a busy hour`,
    ),
    finding('trace of a busy hour', chars / 1e6, 'MB', { atMost: 50 }, '10 requests and 4 samples a second'),
  ];
}

const RUNS = Number(process.env['RUNS'] ?? 20_000);

function randomRuns(): Finding[] {
  let steps = 0;
  let mismatches = 0;
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const result = replay(playRandomRun(seed));
    if (result.kind === 'ok') steps += result.steps;
    else mismatches += 1;
  }
  return [
    finding(
      'random runs that do not replay as recorded',
      mismatches,
      '',
      { atMost: 0 },
      `${RUNS} runs, ${steps} steps (RUNS=200000 for more)`,
    ),
  ];
}
