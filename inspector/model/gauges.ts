import type { TraceHeader } from '../../machines/trace-line.ts';
import type { LimitName } from '../../policies/limits.ts';
import { acquisitionOf } from './acquisition-step.ts';
import { limitOf } from './limit-of.ts';
import type { DownloadGauge, Gauge, Moment, Tone } from './views.ts';

/** The numbers of a moment against their limits, as the gate and the pressure policy read them. */
export function gaugesOf(
  { after }: Moment,
  header: TraceHeader | null,
  tokensPerSecond: number | null,
): readonly Gauge[] {
  const { admission, running, runtime, observation: seen } = after.context;
  const ratioOf = (name: LimitName, whole: number | null): number | null => {
    const ratio = limitOf(header, name);
    return ratio === null || whole === null ? null : ratio * whole;
  };
  const memoryBytes = seen?.memoryTotalBytes ?? null;
  const vramBytes = seen?.vramTotalBytes ?? null;
  return [
    gauge('inFlight', 'In flight', 'count', admission.inFlight, admission.maxInFlight, {
      tone: admission.inFlight > 0 && admission.inFlight >= admission.maxInFlight ? 'warning' : 'plain',
    }),
    gauge('queue', 'Queue', 'count', admission.queued, admission.queueBound, { tone: queueTone(admission) }),
    gauge(
      'sequences',
      'Sequences',
      'count',
      runtime === null ? null : running.length,
      runtime?.sequences ?? null,
    ),
    gauge('tokens', 'Tokens per second', 'tokensPerSecond', tokensPerSecond, null),
    gauge(
      'memory',
      'Memory',
      'bytes',
      seen === null ? null : seen.memoryTotalBytes - seen.memoryAvailableBytes,
      memoryBytes,
      {
        soft: ratioOf('memoryUsedRatioSoft', memoryBytes),
        hard: ratioOf('memoryUsedRatioHard', memoryBytes),
      },
    ),
    gauge('process', 'Process', 'bytes', seen?.processBytes ?? null, memoryBytes, {
      hard: processHard(header),
    }),
    gauge('vram', 'GPU memory', 'bytes', seen?.vramUsedBytes ?? null, vramBytes, {
      soft: ratioOf('vramUsedRatioSoft', vramBytes),
      hard: ratioOf('vramUsedRatioHard', vramBytes),
    }),
    gauge('cpu', 'CPU', 'ratio', seen?.cpuLoadRatio ?? null, 1, {
      soft: ratioOf('cpuLoadRatioSoft', 1),
      hard: ratioOf('cpuLoadRatioHard', 1),
    }),
    gauge('loop', 'Event loop delay', 'ms', seen?.eventLoopDelayMs ?? null, null),
  ];
}

/** The way of the model into the store, while it is under way or where it went wrong. */
export function downloadOf({ after }: Moment): DownloadGauge | null {
  const acquisition = acquisitionOf(after);
  if (acquisition === null || acquisition.step === 'recorded') return null;
  const { step, receivedBytes, totalBytes, ratio, bytesPerSecond, remainingMs, attempt, reason } =
    acquisition;
  return { step, receivedBytes, totalBytes, ratio, bytesPerSecond, remainingMs, attempt, reason };
}

interface Bounds {
  readonly soft?: number | null;
  readonly hard?: number | null;
  readonly tone?: Tone;
}

function gauge(
  id: Gauge['id'],
  label: string,
  unit: Gauge['unit'],
  value: number | null,
  of: number | null,
  { soft = null, hard = null, tone = toneOf(value, soft, hard) }: Bounds = {},
): Gauge {
  return { id, label, value, of, soft, hard, unit, tone };
}

/** At the soft threshold pressure is elevated already; the hard one must be passed. */
function toneOf(value: number | null, soft: number | null, hard: number | null): Tone {
  if (value === null) return 'plain';
  if (hard !== null && value > hard) return 'bad';
  return soft !== null && value >= soft ? 'warning' : 'plain';
}

function queueTone({ queued, queueBound }: { readonly queued: number; readonly queueBound: number }): Tone {
  if (queued === 0) return 'plain';
  return queued >= queueBound ? 'bad' : 'warning';
}

/** As great as a number can be, it is no limit. */
function processHard(header: TraceHeader | null): number | null {
  const hard = limitOf(header, 'processBytesHard');
  return hard === Number.MAX_SAFE_INTEGER ? null : hard;
}
