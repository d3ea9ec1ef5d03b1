import type { AcquisitionProgress } from '../../machines/acquisition-context.ts';
import type { ObservedResources } from '../../machines/events.ts';
import type { TraceHeader } from '../../machines/trace-line.ts';
import { readEffect } from './effect-words.ts';
import { formatByteRate, formatBytesOf, formatCount, formatMs, formatPlural, formatRatio } from './format.ts';
import { decidingFactOf } from './gate-facts.ts';
import { isHeard } from './is-heard.ts';
import { limitOf } from './limit-of.ts';
import { timerWords } from './name-words.ts';
import type { ToldEvent } from './told-event.ts';
import type { Moment } from './views.ts';

/** What came of an event, in plain words with the facts: `refused: queue_full, queue 16 of 16`. */
export function summaryOf(moment: Moment, told: ToldEvent | null, header: TraceHeader | null): string {
  if (told === null) return internalSummary(moment);
  if ('generation' in told && !isHeard(moment.before, told)) return staleSummary(moment, told.generation);
  const { context } = moment.after;
  switch (told.type) {
    case 'supervisor.start':
      return startSummary(moment);
    case 'supervisor.stop':
      return moment.before.context.lifecycle.phase === 'stopped' ? 'already stopped' : 'stops now';
    case 'supervisor.drain':
      return drainSummary(moment);
    case 'request.submit':
      return arrivalSummary(moment, told, header);
    case 'request.cancel':
      return cancelSummary(moment, told.requestId);
    case 'request.settled':
      return told.outcome === 'completed' ? 'completed' : `${told.outcome}: ${told.reason}`;
    case 'request.progressed':
      return told.step === 'prompting'
        ? `prompting, ${formatPlural(told.promptTokens, 'token')} read`
        : `${told.step}, ${formatPlural(told.outputTokens, 'token')} written`;
    case 'start.progressed':
      return `${told.phase === 'acquiring' ? 'verifying' : 'loading'} ${formatRatio(told.ratio)}`;
    case 'acquisition.progressed':
      return acquisitionSummary(told.progress);
    case 'start.refused':
      return `refused: ${told.reason}`;
    case 'model.acquired':
      return 'the model is here, and its file is proved';
    case 'model.loaded': {
      const { contextTokens, sequences, backend } = told.facts;
      return `loaded: ${formatPlural(contextTokens, 'token')} of context, ${formatPlural(sequences, 'sequence')}, ${backend}`;
    }
    case 'runtime.probed':
      return told.verdict.ok ? 'healthy: a real token was decoded' : `failed: ${told.verdict.reason}`;
    case 'runtime.released':
      return 'everything is given back';
    case 'resources.sampled':
      return sampleSummary(moment, told.sample);
    case 'backpressure.changed':
      return told.readersHeld === 0
        ? 'no reader is behind'
        : `${formatPlural(told.readersHeld, 'reader')} behind: generation waits`;
    case 'start.stalled': {
      const limitMs = limitOf(header, told.phase === 'acquiring' ? 'acquireStallMsMax' : 'loadStallMsMax');
      const wait = limitMs === null ? '' : ` for ${formatMs(limitMs)}`;
      return `no progress${wait} while ${told.phase}${context.fault === null ? '' : `: ${context.fault}`}`;
    }
    case 'queue.waited':
      return waitedSummary(moment);
  }
}

function staleSummary({ before }: Moment, generation: number): string {
  return generation === before.context.generation
    ? 'not expected now: changes nothing'
    : `too late: of start ${formatCount(generation)}, and this is start ${formatCount(before.context.generation)}`;
}

function startSummary({ before, after }: Moment): string {
  if (after.state !== before.state) {
    return after.context.lifecycle.phase === 'starting'
      ? `start ${formatCount(after.context.generation)} begins`
      : 'refused: a part that lives as long as the supervisor has died';
  }
  const { phase } = before.context.lifecycle;
  return phase === 'draining' ? 'starts again after the drain' : `already ${phase}`;
}

function drainSummary({ before, after }: Moment): string {
  const { phase } = before.context.lifecycle;
  if (phase === 'stopped') return 'already stopped';
  if (phase === 'draining') return 'already draining';
  if (phase === 'starting') return 'breaks off the start';
  const { drainDeadlineMs, admission } = after.context;
  return `drains for up to ${formatMs(drainDeadlineMs)}, ${formatCount(admission.inFlight)} in flight`;
}

function arrivalSummary(
  { before, after }: Moment,
  told: Extract<ToldEvent, { type: 'request.submit' }>,
  header: TraceHeader | null,
): string {
  const { lastArrival, admission } = after.context;
  if (lastArrival === null || lastArrival.requestId !== told.requestId) return 'not judged';
  const inFlight = `${formatCount(admission.inFlight)} of ${formatCount(admission.maxInFlight)} in flight`;
  switch (lastArrival.disposition) {
    case 'admitted':
      return `admitted, ${inFlight}`;
    case 'queued':
      return `queued: place ${formatCount(lastArrival.place)} of ${formatCount(admission.queueBound)}, ${inFlight}`;
    case 'refused': {
      const fact = decidingFactOf({
        header,
        decision: lastArrival,
        observation: before.context.observation,
        request: told.facts,
      });
      return `refused: ${lastArrival.verdict.reason}${fact === null ? '' : `, ${fact}`}`;
    }
  }
}

function cancelSummary({ before }: Moment, requestId: string): string {
  const { queue, running } = before.context;
  if (queue.some((queued) => queued.requestId === requestId)) return 'taken out of the queue';
  const found = running.find((request) => request.requestId === requestId);
  if (found === undefined) return 'not here any more: nothing to do';
  return found.aborting ? 'is aborting already' : 'told to abort';
}

function acquisitionSummary(progress: AcquisitionProgress): string {
  const { step, receivedBytes, totalBytes, ratio, bytesPerSecond, remainingMs, attempt, reason } = progress;
  switch (step) {
    case 'streaming': {
      const rate = bytesPerSecond === null ? '' : `, ${formatByteRate(bytesPerSecond)}`;
      const left = remainingMs === null ? '' : `, ${formatMs(remainingMs)} left`;
      return `downloading ${formatBytesOf(receivedBytes, totalBytes)}${rate}${left}`;
    }
    case 'verifying':
      return `verifying ${formatRatio(ratio)}`;
    case 'waiting':
      return `waits to try again after attempt ${formatCount(attempt)}${reason === null ? '' : `: ${reason}`}`;
    case 'probing':
      return `asks source ${formatCount(progress.mirror + 1)}, attempt ${formatCount(attempt)}`;
    case 'locking':
      return 'waits for the lock of the model';
    case 'recorded':
      return 'the model is stored';
    case 'rejected':
    case 'failed':
      return `${step}${reason === null ? '' : `: ${reason}`}`;
    default:
      return step;
  }
}

function sampleSummary({ before, after }: Moment, sample: ObservedResources): string {
  const memory = `memory ${formatBytesOf(sample.memoryAvailableBytes, sample.memoryTotalBytes)} free`;
  const vram =
    sample.vramUsedBytes === null || sample.vramTotalBytes === null
      ? ''
      : `, GPU memory ${formatBytesOf(sample.vramUsedBytes, sample.vramTotalBytes)} in use`;
  const { pressure } = after.context;
  const told = pressure === before.context.pressure ? '' : `, pressure ${pressure}`;
  return `${memory}, cpu ${formatRatio(sample.cpuLoadRatio)}${vram}${told}`;
}

function waitedSummary({ step }: Moment): string {
  const ended = (step.x ?? []).map(readEffect).filter(({ verb }) => verb === 'conclude');
  return ended.length === 0
    ? 'nobody had waited too long'
    : ended.map(({ id, rest }) => `${id} waited too long: ${rest[1] ?? ''}`).join(', ');
}

function internalSummary({ step, after }: Moment): string {
  const { type } = step.e;
  const fault = 'fault' in step.d && after.context.fault !== null ? `: ${after.context.fault}` : '';
  if (type.startsWith('xstate.after.')) {
    const words = timerWords(type);
    return `${words} ${words.startsWith('the delay') ? 'is over' : 'has passed'}${fault}`;
  }
  if (type.startsWith('xstate.error.actor.'))
    return `${type.slice('xstate.error.actor.'.length)} died${fault}`;
  if (type.startsWith('xstate.done.actor.')) return `${type.slice('xstate.done.actor.'.length)} ended`;
  if (type === 'xstate.stop') return 'the supervisor was disposed of';
  return 'an event that the machine does not know: changes nothing';
}
