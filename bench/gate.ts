import { policies } from './built.ts';
import { type Finding, finding, median, settledHeapBytes } from './measure.ts';

/** One decision of the full gate, and what a million refusals leave behind. */
export async function benchGate(): Promise<Finding[]> {
  const limits = policies.createResourceLimits({});
  const observation = {
    ageMs: 10,
    memoryTotalBytes: 16e9,
    memoryAvailableBytes: 8e9,
    cpuLoadRatio: 0.3,
    processBytes: 1e9,
    eventLoopDelayMs: 1,
    vramTotalBytes: null,
    vramUsedBytes: null,
  };
  const idle = policies.createAdmissionState({ maxInFlight: 4, queueBound: 16 });
  const saturated = { ...idle, inFlight: 4, queued: 16 };
  const facts = { lifecycle: { phase: 'ready' as const }, suspect: false, limits, observation };
  const admit = () => policies.evaluateRuntimeRequest({ ...facts, admission: idle });
  const refuse = () => policies.evaluateRuntimeRequest({ ...facts, admission: saturated });

  const batches = Array.from({ length: 200 }, () => nsPerCall(admit, 5000));
  for (let i = 0; i < 10_000; i += 1) refuse();
  const beforeBytes = settledHeapBytes();
  for (let i = 0; i < 1_000_000; i += 1) refuse();
  const grownBytes = settledHeapBytes() - beforeBytes;

  return [
    finding(
      'gate: one decision, median',
      median(batches) / 1000,
      'µs',
      { atMost: 1 },
      'admitted, all checks run',
    ),
    finding('gate: heap after 1,000,000 refusals', grownBytes / 1000, 'kB', { atMost: 100 }, 'saturated'),
  ];
}

function nsPerCall(call: () => unknown, calls: number): number {
  const began = process.hrtime.bigint();
  for (let i = 0; i < calls; i += 1) call();
  return Number(process.hrtime.bigint() - began) / calls;
}
