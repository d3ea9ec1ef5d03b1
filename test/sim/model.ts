import type { PortOptions, SupervisorOptions } from '../../host/options.ts';
import type { RuntimeAdapterFns } from '../../policies/runtime-adapter.ts';
import { createLocalModelSource } from '../../services/model-file.ts';
import { createModelBytes, specOf } from '../doubles/model-bytes.ts';
import type { Chance } from './chance.ts';
import { createSimulatedDisk, MODEL_PATH } from './disk.ts';
import type { FaultBook } from './faults.ts';
import type { Judge } from './judge.ts';
import { createSimulatedNetwork } from './network.ts';
import type { PlannedDownload } from './plan-download.ts';
import type { Sightings } from './sightings.ts';
import { createSimulatedStore } from './store.ts';
import type { World } from './world.ts';

/** What a download holds; nothing of the kind where the model is a file. */
export interface HeldByDownload {
  readonly locks: number;
  readonly partials: number;
  readonly transfers: number;
}

/** The model of a supervisor, and everything that it comes from. */
export interface SimulatedModel {
  readonly options: Pick<SupervisorOptions, 'model' | 'sources'>;
  readonly ports: Pick<PortOptions, 'download' | 'fetcher' | 'store'>;
  /** Where a load must find it. */
  readonly path: string;
  /** Whether a load would now find the file that was meant. */
  readonly isSound: () => boolean;
  /** Whether this start has proved it; the proof is good for one load. */
  readonly takeProof: () => boolean;
  readonly held: () => HeldByDownload;
  /** Calls and files that are open besides. */
  readonly open: () => Readonly<Record<string, number>>;
  /** Somebody deletes it; null where nobody could bring it back. */
  readonly forget: (() => void) | null;
}

export interface ModelParts {
  readonly world: World;
  readonly faults: FaultBook;
  readonly chance: Chance;
  readonly judge: Judge;
  readonly saw: Sightings['saw'];
}

const NOTHING: HeldByDownload = Object.freeze({ locks: 0, partials: 0, transfers: 0 });

/** The real model source on the simulated disk. Only the meant bytes may be proved. */
export function createFileModel({ world, faults, chance, judge }: ModelParts): SimulatedModel {
  const disk = createSimulatedDisk({ world, faults, chance: chance.of('disk') });
  const source = createLocalModelSource(disk);
  let isProved = false;
  const download: RuntimeAdapterFns['download'] = async (request) => {
    isProved = false;
    const reading = disk.watchReading();
    const attempt = await source(request);
    if (attempt.ok) {
      isProved = true;
      judge.check('SI3', reading.wasFaithful(), () => 'proved bytes that are not the meant ones');
    }
    return attempt;
  };
  return {
    options: { model: { path: MODEL_PATH, ...disk.spec } },
    ports: { download },
    path: MODEL_PATH,
    isSound: disk.isSound,
    takeProof: () => {
      const was = isProved;
      isProved = false;
      return was;
    },
    held: () => NOTHING,
    open: () => ({ files: disk.openFiles() }),
    forget: null,
  };
}

/** A little more than the first part that a download asks for, so that there is a second one. */
const REMOTE_BYTES = 1_200_000;
const HOSTS = ['models.example', 'first.example', 'second.example'] as const;

/** The real acquisition over the simulated network and store. */
export function createRemoteModel({ mirrors }: PlannedDownload, parts: ModelParts): SimulatedModel {
  const { world, faults, chance, saw } = parts;
  const bytes = createModelBytes(REMOTE_BYTES);
  const spec = specOf(bytes);
  const hosts = HOSTS.slice(0, 1 + mirrors);
  const urls = hosts.map((host) => `https://${host}/simulated.gguf`);
  const network = createSimulatedNetwork({ world, faults, chance: chance.of('network'), urls, bytes, saw });
  const store = createSimulatedStore({ world, faults, chance: chance.of('store'), spec, bytes, saw });
  const [url = '', ...others] = urls;
  return {
    options: { model: { url, mirrors: others, ...spec }, sources: { allow: hosts } },
    ports: { fetcher: network.fetcher, store: store.store },
    path: store.store.pathOf(spec.sha256),
    isSound: store.isSound,
    takeProof: store.takeProof,
    held: () => {
      const { locks, partials } = store.held();
      return { locks, partials, transfers: network.open().transfers };
    },
    open: () => ({ storeCalls: store.held().storeCalls, questions: network.open().questions }),
    forget: store.forget,
  };
}
