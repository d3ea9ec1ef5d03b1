import type { ModelOptions } from '../../../index.ts';
import { createLoopbackModelSource } from '../../../testing/index.ts';
import {
  type StageOptions,
  type SupervisorStage,
  settled,
  stageSupervisor,
} from '../../doubles/supervisor-stage.ts';

/** What was recorded of a run, as the text of a trace. */
export type Scenario = () => Promise<string>;

export interface ScenarioStage extends SupervisorStage {
  /** The model that the supervisor is made for; the source keeps it. */
  readonly model: ModelOptions;
  readonly source: ReturnType<typeof createLoopbackModelSource>;
  /** Lets `ms` go by, or whatever is due now. */
  readonly pass: (ms?: number) => Promise<void>;
  /** Begins a start; its outcome is in the trace, so a failure is nobody's to catch. */
  readonly start: () => void;
  readonly drain: (deadlineMs?: number) => void;
  readonly stop: () => void;
  /** Submits a prompt and says its id. */
  readonly ask: (prompt?: string, wait?: boolean) => string;
}

/**
 * A scenario on the test kit alone: `play` drives a whole supervisor, and what its recorder holds then is the trace.
 * No clock but the manual one and no chance but the seeded one: the same at each run.
 */
export function scripted(options: StageOptions, play: (stage: ScenarioStage) => Promise<void>): Scenario {
  return async () => {
    const source = createLoopbackModelSource();
    const { limits, model = source.pin('model.gguf'), ...rest } = options;
    const staged = stageSupervisor({
      model,
      download: source.download,
      ...rest,
      // A slow pace: what the machine looks like is seldom what a scenario is about.
      limits: { observeEveryMs: 1000, ...limits },
    });
    const { supervisor, clock, settle } = staged;
    await play({
      ...staged,
      model,
      source,
      pass: async (ms = 0) => {
        await settle();
        await clock.advance(ms);
        await settle();
      },
      start: () => void settled(supervisor.start()),
      drain: (deadlineMs) => void supervisor.drain(deadlineMs === undefined ? {} : { deadlineMs }),
      stop: () => void supervisor.stop(),
      ask: (prompt = 'Hello', wait = true) => supervisor.submit({ prompt, wait }).requestId,
    });
    return supervisor.trace();
  };
}
