import type { ResourceProbe } from '../../services/resource-probe.ts';
import type { Runtime } from '../../services/runtime.ts';
import { createChance } from './chance.ts';
import { createSimulatedDisk, type SimulatedDisk } from './disk.ts';
import { createFaultBook, type Fault, type FaultBook } from './faults.ts';
import { createSimulatedNetwork, type SimulatedNetwork } from './network.ts';
import { createSimulatedMachine } from './probe.ts';
import { createSimulatedRuntime } from './runtime.ts';
import { createSimulatedStore, type SimulatedStore } from './store.ts';
import type { World } from './world.ts';

/** A world without a clock: what is to happen happens at the event loop's next turn. */
const UNHURRIED: Pick<World, 'nowMs' | 'after' | 'sleep'> = {
  nowMs: () => 0,
  after: (_ms, happen) => void setImmediate(happen),
  sleep: () => new Promise(setImmediate),
};

const NO_FAULTS = createFaultBook(UNHURRIED, []);

const BLIND = {
  onSpawn: () => undefined,
  onLoaded: () => undefined,
  onGenerate: () => undefined,
  onChunk: () => undefined,
  onStale: () => undefined,
};

/** The simulator's runtime without faults, for the contract suites. A file whose path says that it is missing is. */
export function simulatedRuntime(answer: (prompt: string) => string): Runtime {
  return createSimulatedRuntime({
    world: UNHURRIED,
    faults: NO_FAULTS,
    chance: createChance(1),
    answer,
    isFileSound: () => true,
    witness: BLIND,
  });
}

/** The simulator's probe without faults. */
export function simulatedProbe(): ResourceProbe {
  return createSimulatedMachine(UNHURRIED, NO_FAULTS).openProbe();
}

/** The simulator's disk without faults, with these bytes at this path. */
export function simulatedDisk(path: string, bytes: Uint8Array): SimulatedDisk {
  return createSimulatedDisk({ world: UNHURRIED, faults: NO_FAULTS, chance: createChance(1), path, bytes });
}

/** The simulator's store without faults. */
export function simulatedStore(): SimulatedStore {
  return createSimulatedStore({
    world: UNHURRIED,
    faults: NO_FAULTS,
    chance: createChance(1),
    spec: { sha256: '0'.repeat(64), sizeBytes: 1 },
    bytes: new Uint8Array(1),
    saw: () => undefined,
  });
}

/** The simulator's network with one source, which is struck by one fault for ever. */
export function simulatedNetwork(
  url: string,
  bytes: Uint8Array,
  pieceBytes: number,
  fault: Pick<Fault, 'kind' | 'at'> | null,
): SimulatedNetwork {
  return createSimulatedNetwork({
    world: UNHURRIED,
    faults: fault === null ? NO_FAULTS : strikingForEver({ ...fault, atMs: 0, forMs: 1 }),
    chance: createChance(1),
    urls: [url],
    bytes,
    pieceBytes,
    saw: () => undefined,
  });
}

function strikingForEver(fault: Fault): FaultBook {
  return createFaultBook({ nowMs: () => 0, after: () => undefined }, [fault]);
}
