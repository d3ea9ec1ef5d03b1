import type { Limits } from '../policies/limits.ts';
import type { RequestContent } from '../policies/request.ts';
import type { GenerateRequest } from '../services/runtime.ts';

/** The runtime's request from what the policies read of a host's request: the limits fill in what it does not say. */
export function toGenerateRequest(content: RequestContent, limits: Limits): GenerateRequest {
  const { input, maxTokens, temperature, topP, topK, minP, seed, stop } = content;
  return {
    input,
    maxTokens: maxTokens ?? limits.outputTokensDefault,
    temperature: temperature ?? 0,
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(minP !== undefined && { minP }),
    ...(seed !== undefined && { seed }),
    stop: stop ?? [],
  };
}
