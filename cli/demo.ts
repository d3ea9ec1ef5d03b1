import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type Admission,
  createSupervisor,
  EMBEDDED_MODEL,
  embeddedModel,
  type Supervisor,
  SupervisorError,
  type SupervisorOptions,
  type TraceRecording,
} from '../index.ts';
import { InspectorError } from '../inspector/index.ts';
import type { Report, VerdictCount } from './demo-event.ts';
import { drainOnInterrupt, EXIT_INTERRUPTED, untilInterrupted } from './interrupt.ts';
import { followTokens, type TokenMeter, watchGauges } from './token-meter.ts';

export interface DemoOptions {
  readonly model?: string;
  readonly sha256?: string;
  readonly gpu?: 'auto' | 'off' | 'cuda' | 'vulkan' | 'metal';
  readonly threads?: number;
  /** Where to record the run. */
  readonly record?: string;
  /** Whether to open the inspector, and where. */
  readonly inspect?: boolean;
  readonly inspectPort?: number;
}

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_UNVERIFIED = 3;

/** Reasons of a start that speak of the file and not of the runtime. */
const FILE_REASON = /^(model_|integrity_|digest_|size_)/;

/** What a host program does with a supervisor, one thing after the other, by the public API alone. */
export async function runDemo(options: DemoOptions, report: Report): Promise<number> {
  const beganAtMs = performance.now();
  const elapsedMs = () => performance.now() - beganAtMs;
  try {
    const inspector = inspectorOf(options);
    const model = await pickModel(options);
    const supervisor = createSupervisor({ ...model.supervisor, ...inspector });
    const opened = await supervisor.inspector;
    if (opened) report.tell({ type: 'inspector', url: opened.url ?? '' });
    report.tell({ type: 'model', ...model.shown });
    return await supervise(supervisor, report, elapsedMs, options.record);
  } catch (error) {
    return tellFailure(error, report);
  } finally {
    report.close();
  }
}

async function supervise(
  supervisor: Supervisor,
  report: Report,
  elapsedMs: () => number,
  record: string | undefined,
): Promise<number> {
  const interrupt = drainOnInterrupt(supervisor, (text) => report.tell({ type: 'note', text }));
  const meter = followTokens();
  const states = supervisor.state$.subscribe(tellStates(report, elapsedMs));
  const gauges = watchGauges(supervisor, meter, report);
  let recording: TraceRecording | null = null;
  try {
    if (record !== undefined) recording = await supervisor.recordTrace(record);
    report.tell({ type: 'step', title: 'Start: verify the file, load it, decode one token' });
    await supervisor.start();
    for (const scene of [askThree, flood, cancelOne, drainOne]) {
      if (interrupt.happened()) break;
      await scene(supervisor, report, meter);
    }
    await supervisor.stop();
    await recording?.stop();
    if (record !== undefined) report.tell({ type: 'note', text: `recorded to ${record}` });
    if (interrupt.happened()) return EXIT_INTERRUPTED;
    report.tell({ type: 'done', elapsedMs: elapsedMs() });
    if (supervisor.inspector !== null) {
      interrupt.ignore();
      gauges.unsubscribe();
      report.tell({ type: 'note', text: 'the inspector stays open; press Ctrl-C to stop' });
      await untilInterrupted();
    }
    return EXIT_OK;
  } catch (error) {
    return interrupt.happened() ? EXIT_INTERRUPTED : tellFailure(error, report);
  } finally {
    await recording?.stop().catch(() => undefined);
    gauges.unsubscribe();
    states.unsubscribe();
    interrupt.ignore();
    await supervisor[Symbol.asyncDispose]();
  }
}

type Scene = (supervisor: Supervisor, report: Report, meter: TokenMeter) => Promise<void>;

const askThree: Scene = async (supervisor, report, meter) => {
  report.tell({ type: 'step', title: 'Ask: three requests at once' });
  const questions = ['Tell me the story of a request.', 'What is draining?', 'What is backpressure?'];
  await Promise.all(questions.map((question) => ask(supervisor, report, meter, question, 200).done));
};

const FLOOD = 50;

const flood: Scene = async (supervisor, report, meter) => {
  report.tell({ type: 'step', title: 'Flood: more than it can serve' });
  const admissions = Array.from({ length: FLOOD }, () => supervisor.submit(chat('What is a verdict?', 24)));
  const counts = new Map<string, VerdictCount>();
  for (const { verdict, disposition } of admissions) {
    const key = `${verdict.reason}/${disposition}`;
    counts.set(key, { reason: verdict.reason, disposition, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  report.tell({ type: 'verdicts', submitted: FLOOD, counts: [...counts.values()] });
  const results = await Promise.all(admissions.map(({ result }) => result));
  for (const { usage } of results) meter.add(usage.outputTokens);
  const served = results.filter(({ outcome }) => outcome === 'completed').length;
  report.tell({ type: 'note', text: `all ${served} that were let in were served` });
};

const cancelOne: Scene = async (supervisor, report, meter) => {
  report.tell({ type: 'step', title: 'Cancel: leave a request in mid-stream' });
  const { admission, done } = ask(supervisor, report, meter, 'Count to a hundred.', 400, (tokens) => {
    if (tokens >= 40) admission.cancel();
  });
  await done;
};

const drainOne: Scene = async (supervisor, report, meter) => {
  report.tell({ type: 'step', title: 'Drain: let what runs come to its end, take nothing new' });
  let began: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    began = resolve;
  });
  const { done } = ask(supervisor, report, meter, 'Tell me the story of a model file.', 200, () => began());
  await Promise.race([running, done]);
  const beganAtMs = performance.now();
  const drained = await supervisor.drain({ deadlineMs: 10_000 });
  await done;
  report.tell({ type: 'drained', elapsedMs: performance.now() - beganAtMs, ...drained });
};

/** Submits a question and tells its stream and its outcome. */
function ask(
  supervisor: Supervisor,
  report: Report,
  meter: TokenMeter,
  question: string,
  maxTokens: number,
  onTokens: (soFar: number) => void = () => undefined,
): { readonly admission: Admission; readonly done: Promise<void> } {
  const admission = supervisor.submit(chat(question, maxTokens));
  const { requestId } = admission;
  report.tell({ type: 'asked', requestId, prompt: question });
  const read = async () => {
    let soFar = 0;
    for await (const { text, tokens } of admission.tokens) {
      soFar += tokens;
      meter.add(tokens);
      report.tell({ type: 'chunk', requestId, text });
      onTokens(soFar);
    }
    const { outcome, reason, usage, timings } = await admission.result;
    const tokensPerSecond = timings.decodeMs ? (usage.outputTokens / timings.decodeMs) * 1000 : null;
    report.tell({ type: 'outcome', requestId, outcome, reason, usage, tokensPerSecond });
  };
  return { admission, done: read() };
}

const chat = (content: string, maxTokens: number) => ({
  messages: [{ role: 'user', content } as const],
  maxTokens,
});

/** One line for each public state and each step of the way up; not for every change of a gauge. */
function tellStates(report: Report, elapsedMs: () => number) {
  let last = '';
  return ({ state, substate, fault }: ReturnType<Supervisor['getSnapshot']>) => {
    const seen = `${state}/${substate}`;
    if (seen === last) return;
    last = seen;
    report.tell({ type: 'state', state, substate, elapsedMs: elapsedMs(), fault });
  };
}

async function pickModel({ model, sha256, gpu, threads }: DemoOptions) {
  const limits = { maxInFlight: 3, queueBound: 8 };
  const compute = threads === undefined ? {} : { threads };
  if (model === undefined) {
    if (sha256 !== undefined) throw new UsageError('--sha256 goes with --model FILE.');
    const { name, sizeBytes, sha256: pinned } = EMBEDDED_MODEL;
    return {
      shown: { name, sizeBytes, sha256: pinned },
      supervisor: {
        model: embeddedModel(),
        limits,
        // A GPU would take longer to wake than this model takes to answer.
        runtime: { ...compute, gpu: backend(gpu ?? 'off') },
      } satisfies SupervisorOptions,
    };
  }
  if (sha256 === undefined) {
    throw new UsageError(
      '--model needs --sha256 HEX: the digest of the file that you trust, as `sha256sum FILE` prints it.',
    );
  }
  const sizeBytes = await sizeOf(model);
  return {
    shown: { name: basename(model), sizeBytes, sha256 },
    supervisor: {
      model: { path: model, sha256, sizeBytes },
      limits,
      runtime: { ...compute, gpu: backend(gpu ?? 'auto') },
    } satisfies SupervisorOptions,
  };
}

function inspectorOf({ inspect, inspectPort }: DemoOptions): Pick<SupervisorOptions, 'inspector'> {
  if (inspect === true) return { inspector: inspectPort === undefined ? true : { port: inspectPort } };
  if (inspectPort !== undefined) throw new UsageError('--inspect-port goes with --inspect.');
  return {};
}

const backend = (gpu: NonNullable<DemoOptions['gpu']>) => (gpu === 'off' ? false : gpu);

/** The size is taken from the file itself: of a file named by hand, the digest is the proof. */
async function sizeOf(path: string): Promise<number> {
  try {
    return Math.max(1, (await stat(path)).size);
  } catch {
    // The supervisor says what is wrong with the path, with its own reason.
    return 1;
  }
}

class UsageError extends Error {}

function tellFailure(error: unknown, report: Report): number {
  if (error instanceof UsageError) {
    report.tell({ type: 'failed', code: 'usage', reason: 'options_invalid', message: error.message });
    return EXIT_USAGE;
  }
  if (InspectorError.isInstance(error)) {
    report.tell({ type: 'failed', code: error.code, reason: null, message: error.message });
    return EXIT_FAILED;
  }
  if (!SupervisorError.isInstance(error)) throw error;
  report.tell({ type: 'failed', code: error.code, reason: error.reason, message: error.message });
  if (error.code === 'invalid_options') return EXIT_USAGE;
  return FILE_REASON.test(error.reason) ? EXIT_UNVERIFIED : EXIT_FAILED;
}
