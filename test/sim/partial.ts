import type { PartialFile } from '../../services/model-store.ts';
import type { Chance } from './chance.ts';
import type { World } from './world.ts';

export interface TimedPartialParts {
  readonly world: Pick<World, 'sleep'>;
  readonly chance: Chance;
  /** The disk keeps what it has: on the way, or at the end. It takes a while, or hangs. */
  readonly flush: (when: 'on the way' | 'at the end') => Promise<void>;
  readonly onPublished: () => void;
}

/** A partial file whose calls take time. */
export function createTimedPartial(inner: PartialFile, parts: TimedPartialParts): PartialFile {
  const { world, chance, flush, onPublished } = parts;
  const moment = (maxMs: number) => world.sleep(chance.between(0, maxMs));
  return {
    get resumeBytes() {
      return inner.resumeBytes;
    },
    get etag() {
      return inner.etag;
    },
    restart: async (etag) => {
      await moment(10);
      return inner.restart(etag);
    },
    append: async (bytes) => {
      await moment(5);
      return inner.append(bytes);
    },
    header: async (signal) => {
      await moment(5);
      return inner.header(signal);
    },
    sync: async () => {
      await flush('on the way');
      return inner.sync();
    },
    verify: async (signal, onProgress) => {
      await flush('at the end');
      await moment(1_000);
      return inner.verify(signal, onProgress);
    },
    publish: async () => {
      await flush('at the end');
      const published = await inner.publish();
      if (published.ok) onPublished();
      return published;
    },
    quarantine: async (reason) => {
      await moment(20);
      return inner.quarantine(reason);
    },
    close: async () => {
      await moment(10);
      return inner.close();
    },
  };
}
