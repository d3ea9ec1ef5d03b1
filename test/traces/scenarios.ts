import { DOWNLOADS } from './scenarios/downloads.ts';
import { REAL_RUNS } from './scenarios/real-runs.ts';
import { REQUESTS } from './scenarios/requests.ts';
import type { Scenario } from './scenarios/stage.ts';
import { STARTS } from './scenarios/starts.ts';
import { STOPS } from './scenarios/stops.ts';
import { TROUBLE } from './scenarios/trouble.ts';

/** Scenarios on the test kit, by the name of their golden trace: the same at each run. */
export const SCRIPTED_SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...STARTS,
  ...DOWNLOADS,
  ...STOPS,
  ...REQUESTS,
  ...TROUBLE,
};

/** Every scenario that has a golden trace. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = { ...SCRIPTED_SCENARIOS, ...REAL_RUNS };
