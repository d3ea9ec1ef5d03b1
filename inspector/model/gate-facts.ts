import type { GateDecision, GateFacts } from '../../machines/context.ts';
import type { ObservedResources } from '../../machines/events.ts';
import type { TraceHeader } from '../../machines/trace-line.ts';
import type { RequestFacts } from '../../policies/request.ts';
import { formatBytes, formatBytesOf, formatCount, formatMs, formatPlural, formatRatio } from './format.ts';
import { limitOf } from './limit-of.ts';

/** What a decision of the gate was made from. */
export interface GateGrounds {
  readonly header: TraceHeader | null;
  readonly decision: GateDecision;
  readonly observation: ObservedResources | null;
  /** Of an arrival; null where a queued request was judged again. */
  readonly request: RequestFacts | null;
}

/** Every fact in words, the one that decided first. */
export function gateFactsOf(grounds: GateGrounds): readonly string[] {
  const { header, decision, observation } = grounds;
  const { facts } = decision;
  const deciding = decidingFactOf(grounds);
  const all = [
    ...(deciding === null ? [] : [deciding]),
    `lifecycle ${facts.lifecycle}`,
    ...(facts.suspect ? ['the runtime is suspect'] : []),
    inFlightFact(header, facts),
    queueFact(header, facts),
    ageFact(header, facts),
    ...(observation === null ? [] : [memoryFact(header, observation), cpuFact(header, observation)]),
    ...(observation === null || observation.vramTotalBytes === null ? [] : [vramFact(header, observation)]),
  ];
  return [...new Set(all)];
}

/** The one fact that a reason speaks of; null where it says all by itself. */
export function decidingFactOf({ header, decision, observation, request }: GateGrounds): string | null {
  const { verdict, facts } = decision;
  switch (verdict.reason) {
    case 'queue_full':
      return queueFact(header, facts);
    case 'at_capacity':
      return facts.queued > 0 ? queueFact(header, facts) : inFlightFact(header, facts);
    case 'observation_stale':
      return ageFact(header, facts);
    case 'observation_missing':
      return 'no sample yet';
    case 'memory_exceeded':
      return observation === null ? null : memoryFact(header, observation);
    case 'process_memory_exceeded':
      return observation === null ? null : processFact(header, observation);
    case 'vram_exceeded':
      return observation === null ? null : vramFact(header, observation);
    case 'cpu_exceeded':
      return observation === null ? null : cpuFact(header, observation);
    case 'prompt_too_large':
      return request === null ? null : promptFact(header, request);
    case 'max_tokens_invalid':
      return request === null ? null : tokensFact(header, request);
    default:
      return null;
  }
}

const limitText = (limit: number | null, format: (value: number) => string): string =>
  limit === null ? '' : `, limit ${format(limit)}`;

const ofText = (limit: number | null): string => (limit === null ? '' : ` of ${formatCount(limit)}`);

const inFlightFact = (header: TraceHeader | null, { inFlight }: GateFacts): string =>
  `in flight ${formatCount(inFlight)}${ofText(limitOf(header, 'maxInFlight'))}`;

const queueFact = (header: TraceHeader | null, { queued }: GateFacts): string =>
  `queue ${formatCount(queued)}${ofText(limitOf(header, 'queueBound'))}`;

const ageFact = (header: TraceHeader | null, { observationAgeMs }: GateFacts): string =>
  observationAgeMs === null
    ? 'no sample yet'
    : `sample ${formatMs(observationAgeMs)} old${limitText(limitOf(header, 'observationAgeMsMax'), formatMs)}`;

function memoryFact(header: TraceHeader | null, seen: ObservedResources): string {
  const usedBytes = seen.memoryTotalBytes - seen.memoryAvailableBytes;
  const limit = limitText(limitOf(header, 'memoryUsedRatioHard'), formatRatio);
  return `memory ${formatBytesOf(usedBytes, seen.memoryTotalBytes)} in use (${formatRatio(usedBytes / seen.memoryTotalBytes)})${limit}`;
}

const processFact = (header: TraceHeader | null, { processBytes }: ObservedResources): string =>
  `process ${formatBytes(processBytes)}${limitText(limitOf(header, 'processBytesHard'), formatBytes)}`;

function vramFact(header: TraceHeader | null, { vramUsedBytes, vramTotalBytes }: ObservedResources): string {
  if (vramUsedBytes === null || vramTotalBytes === null) return 'GPU memory unknown';
  const limit = limitText(limitOf(header, 'vramUsedRatioHard'), formatRatio);
  return `GPU memory ${formatBytesOf(vramUsedBytes, vramTotalBytes)} in use (${formatRatio(vramUsedBytes / vramTotalBytes)})${limit}`;
}

const cpuFact = (header: TraceHeader | null, { cpuLoadRatio }: ObservedResources): string =>
  `cpu ${formatRatio(cpuLoadRatio)}${limitText(limitOf(header, 'cpuLoadRatioHard'), formatRatio)}`;

const promptFact = (header: TraceHeader | null, { promptChars }: RequestFacts): string =>
  `prompt of ${formatPlural(promptChars, 'character')}${limitText(limitOf(header, 'promptCharsMax'), formatCount)}`;

const tokensFact = (header: TraceHeader | null, { maxTokens }: RequestFacts): string | null =>
  maxTokens === null
    ? null
    : `maxTokens ${formatCount(maxTokens)}${limitText(limitOf(header, 'outputTokensMax'), formatCount)}`;
