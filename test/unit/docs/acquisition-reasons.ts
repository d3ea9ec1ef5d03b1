import { DEFAULT_LIMITS } from '../../../policies/limits.ts';
import { evaluateModelFit } from '../../../policies/model-fit.ts';
import type { Reason } from '../../../policies/reasons.ts';
import {
  stageAcquisition,
  walkToProbing,
  walkToStreaming,
  walkToVerifying,
} from '../../doubles/acquisition-stage.ts';

const judgeFit = (memoryBytes: number): Reason =>
  evaluateModelFit(
    { tensorBytes: 800, kvBytesPerToken: 1, contextTokens: 100 },
    { contextTokens: 10, sequences: 1 },
    { memoryBytes, vramBytes: null },
    DEFAULT_LIMITS,
  ).reason;

/** What an acquisition fails with when nothing more is said and `ms` go by. */
async function afterSilence(walk: typeof walkToProbing, ms: number): Promise<Reason> {
  const stage = walk(stageAcquisition({ limits: { fetchFailuresMax: 1 } }));
  if (walk === walkToStreaming) stage.received(10);
  await stage.clock.advance(ms);
  return reasonOf(stage);
}

function reasonOf(stage: ReturnType<typeof stageAcquisition>): Reason {
  const output = stage.output();
  if (output === undefined || output.ok) throw new Error('it did not fail');
  return output.reason;
}

/** What the chart of an acquisition and the policies that it wraps say. */
export const ACQUISITION_REASONS = {
  model_fits: () => judgeFit(1e9),
  model_too_large: () => judgeFit(100),
  source_first_byte_timeout: () => afterSilence(walkToProbing, DEFAULT_LIMITS.firstByteMsMax),
  source_stalled: () => afterSilence(walkToStreaming, DEFAULT_LIMITS.transferStallMsMax),
  store_timeout: () => afterSilence(walkToVerifying, DEFAULT_LIMITS.flushMsMax),
};
