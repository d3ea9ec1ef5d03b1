import type { Limits } from '../policies/limits.ts';
import type { GenerateRequest } from '../services/runtime.ts';
import type { SupervisorRequest } from './admission.ts';

/** The runtime's request from a host's request that the policies found valid. Copies: later changes do not reach it. */
export function toGenerateRequest(request: SupervisorRequest, limits: Limits): GenerateRequest {
  const { prompt, messages, maxTokens, temperature, topP, topK, minP, seed, stop } = request;
  return {
    input:
      messages === undefined
        ? { prompt: prompt ?? '' }
        : { messages: messages.map(({ role, content }) => ({ role, content })) },
    maxTokens: maxTokens ?? limits.outputTokensDefault,
    temperature: temperature ?? 0,
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(minP !== undefined && { minP }),
    ...(seed !== undefined && { seed }),
    stop: stop === undefined ? [] : typeof stop === 'string' ? [stop] : [...stop],
  };
}
