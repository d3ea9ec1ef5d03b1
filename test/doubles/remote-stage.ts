import { createHash } from 'node:crypto';
import { type AcquisitionProgress, createSupervisor, type SupervisorOptions } from '../../index.ts';
import { createMemoryModelStore } from '../../testing/memory-model-store.ts';
import { createModelFile } from '../../testing/model-file.ts';
import { createScriptedFetcher } from '../../testing/scripted-fetcher.ts';
import { stagePorts } from './supervisor-stage.ts';

export const REMOTE_URL = 'https://models.example/m.gguf';
export const MIRROR_URL = 'https://mirror.example/m.gguf';

/** A supervisor of a model that is not here yet. */
export function stageRemote(options: Partial<SupervisorOptions> = {}, sizeBytes = 200_000) {
  const bytes = createModelFile(sizeBytes);
  const ports = stagePorts();
  const source = createScriptedFetcher();
  const memory = createMemoryModelStore();
  /** Paths that the runtime was given. */
  const loaded: string[] = [];
  source.serve(REMOTE_URL, bytes, { pieceBytes: 20_000 });
  const model = {
    url: REMOTE_URL,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes,
  };
  const supervisor = createSupervisor({
    ...ports.options,
    model,
    sources: { allow: ['models.example', 'mirror.example'] },
    fit: 'ignore',
    ...options,
    ports: {
      runtime: {
        ...ports.runtime,
        spawn: (request) => {
          loaded.push(request.modelPath);
          return ports.runtime.spawn(request);
        },
      },
      ...(ports.options.ports?.openProbe && { openProbe: ports.options.ports.openProbe }),
      fetcher: source.fetcher,
      store: memory.store,
    },
  });
  const told: (AcquisitionProgress | null)[] = [];
  const subscription = supervisor.acquisition$.subscribe((progress) => told.push(progress));
  return {
    ...ports,
    bytes,
    model,
    source,
    memory,
    supervisor,
    loaded,
    told,
    end: () => subscription.unsubscribe(),
  };
}

export type RemoteStage = ReturnType<typeof stageRemote>;

/** Moves time on until the command has settled. */
export async function whenSettled<T>(stage: RemoteStage, command: Promise<T>): Promise<T> {
  let isOver = false;
  const done = command.finally(() => {
    isOver = true;
  });
  done.catch(() => undefined);
  for (let round = 0; round < 500 && !isOver; round += 1)
    await stage.clock.advance(round % 5 === 4 ? 250 : 0);
  return done;
}
