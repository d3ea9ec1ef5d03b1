import { isIntegerFrom, isObject, ownField } from './foreign.ts';
import { readLimit } from './limits.ts';
import { allow, deny, failClosed, type Verdict } from './verdict.ts';

/** What a model asks of memory, as its header tells. */
export interface ModelNeeds {
  readonly tensorBytes: number;
  readonly kvBytesPerToken: number;
  /** Longest context that the model was trained for. */
  readonly contextTokens: number;
}

/** How a model is to be run. */
export interface ModelDemand {
  readonly contextTokens: number;
  /** Contexts of that length at once. */
  readonly sequences: number;
}

/** Memory of the machine, whoever uses it now. `vramBytes` is null where there is no GPU, or none is to be used. */
export interface MachineMemory {
  readonly memoryBytes: number;
  readonly vramBytes: number | null;
}

const FITS = Object.freeze(allow('model_fits'));
const TOO_LARGE = Object.freeze(deny('model_too_large'));
const OBSERVATION_MALFORMED = Object.freeze(deny('observation_malformed'));
const LIMITS_MALFORMED = Object.freeze(deny('limits_malformed'));

/**
 * Judges whether a model can ever run here: its weights and the keys and values of all its contexts against what the
 * limits let it have of RAM and VRAM together, since the runtime shares the layers out between them. What else is in
 * use now is not asked: that may change. `model_fits`, `model_too_large`, `observation_malformed`, `limits_malformed`.
 */
export function evaluateModelFit(needs: unknown, demand: unknown, memory: unknown, limits: unknown): Verdict {
  return failClosed(() => {
    const neededBytes = readNeededBytes(needs, demand);
    if (neededBytes === null) return TOO_LARGE;
    const memoryRatio = readLimit(limits, 'memoryUsedRatioHard');
    const vramRatio = readLimit(limits, 'vramUsedRatioHard');
    const processBytes = readLimit(limits, 'processBytesHard');
    if (memoryRatio === null || vramRatio === null || processBytes === null) return LIMITS_MALFORMED;
    const memoryBytes = integerField(memory, 'memoryBytes', 1);
    const vramBytes =
      isObject(memory) && ownField(memory, 'vramBytes') === null ? 0 : integerField(memory, 'vramBytes', 0);
    if (memoryBytes === null || vramBytes === null) return OBSERVATION_MALFORMED;
    const roomBytes = Math.min(memoryBytes * memoryRatio, processBytes) + vramBytes * vramRatio;
    return neededBytes <= roomBytes ? FITS : TOO_LARGE;
  }, TOO_LARGE);
}

function readNeededBytes(needs: unknown, demand: unknown): number | null {
  const tensorBytes = integerField(needs, 'tensorBytes', 0);
  const kvBytesPerToken = integerField(needs, 'kvBytesPerToken', 0);
  const trainedTokens = integerField(needs, 'contextTokens', 1);
  const contextTokens = integerField(demand, 'contextTokens', 1);
  const sequences = integerField(demand, 'sequences', 1);
  if (tensorBytes === null || kvBytesPerToken === null || trainedTokens === null) return null;
  if (contextTokens === null || sequences === null) return null;
  return tensorBytes + kvBytesPerToken * Math.min(contextTokens, trainedTokens) * sequences;
}

function integerField(source: unknown, key: string, min: number): number | null {
  const value = isObject(source) ? ownField(source, key) : undefined;
  return isIntegerFrom(value, min) ? value : null;
}
