import { usedHeapBytes } from '../doubles/heap.ts';
import { stageSupervisor } from '../doubles/supervisor-stage.ts';

/**
 * Counts the bytes that traffic leaves on the heap, in a process of its own: there nothing else allocates, and a
 * submit costs what it costs a host. Tells one JSON object.
 */
export interface Growth {
  readonly refused: number;
  readonly refusedGrowthBytes: number;
  readonly served: number;
  readonly servedGrowthBytes: number;
}

process.stdout.write(JSON.stringify({ ...(await refuse()), ...(await serve()) } satisfies Growth));

async function refuse() {
  const { supervisor, ready, controls } = stageSupervisor({ limits: { maxInFlight: 1, queueBound: 1 } });
  await ready();
  controls.hold();
  supervisor.submit({ prompt: 'running' });
  supervisor.submit({ prompt: 'queued' });
  const flood = (count: number) => {
    let refused = 0;
    for (let i = 0; i < count; i += 1) {
      if (supervisor.submit({ prompt: 'one too many' }).verdict.reason === 'queue_full') refused += 1;
    }
    return refused;
  };
  flood(20_000);
  const beforeBytes = usedHeapBytes();
  const refused = flood(200_000);
  return { refused, refusedGrowthBytes: usedHeapBytes() - beforeBytes };
}

async function serve() {
  const { supervisor, ready, settle } = stageSupervisor({ limits: { maxInFlight: 4, queueBound: 96 } });
  await ready();
  const rounds = async (count: number) => {
    let served = 0;
    for (let round = 0; round < count; round += 1) {
      const results = Array.from({ length: 20 }, () => supervisor.submit({ prompt: 'hello' }).result);
      await settle();
      await settle();
      for (const { outcome } of await Promise.all(results)) if (outcome === 'completed') served += 1;
    }
    return served;
  };
  await rounds(75);
  const beforeBytes = usedHeapBytes();
  const served = await rounds(150);
  return { served, servedGrowthBytes: usedHeapBytes() - beforeBytes };
}
