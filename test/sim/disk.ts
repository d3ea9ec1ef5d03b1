import type { IntegritySpec } from '../../policies/runtime-adapter.ts';
import type { FileStat, FileSystem, OpenFile } from '../../services/file-system.ts';
import { systemError } from '../doubles/faulty-file-system.ts';
import { createModelBytes, specOf } from '../doubles/model-bytes.ts';
import type { Chance } from './chance.ts';
import type { FaultBook } from './faults.ts';
import type { World } from './world.ts';

/** The one file on the disk: a few pieces, so that a fault can strike between two of them. */
const FILE_BYTES = 40_000;
const PIECE_BYTES = 8_192;
export const MODEL_PATH = '/models/simulated.gguf';

export interface SimulatedDisk extends FileSystem {
  readonly spec: IntegritySpec;
  readonly bytes: Uint8Array;
  /** Whether a load would now find the file that was meant. */
  readonly isSound: () => boolean;
  readonly openFiles: () => number;
  /** Tells afterwards whether all bytes were given out since, each the right one, of a file that stood still. */
  readonly watchReading: () => { readonly wasFaithful: () => boolean };
}

export interface DiskOptions {
  readonly world: Pick<World, 'sleep'>;
  readonly faults: FaultBook;
  readonly chance: Chance;
  /** Default: 40,000 bytes that begin as a GGUF file does. */
  readonly bytes?: Uint8Array;
  /** Default: the file of the supervisor's options. */
  readonly path?: string;
}

/** A disk with one file, in memory. Faults strike by the moment of the call. */
export function createSimulatedDisk(options: DiskOptions): SimulatedDisk {
  const {
    world,
    faults,
    chance,
    bytes = createModelBytes(FILE_BYTES),
    path: modelPath = MODEL_PATH,
  } = options;
  const spec = specOf(bytes);
  let openFiles = 0;
  let wrongReads = 0;
  let bytesRead = 0;

  /** A call takes a moment, and hangs or fails where the disk does. */
  const call = async (maxMs: number): Promise<void> => {
    const hangs = faults.active('disk.hangs');
    if (hangs !== null) await faults.over(hangs);
    await world.sleep(chance.between(0, maxMs));
  };

  const statNow = (versionNs = 0n): FileStat => {
    const truncated = faults.active('disk.truncated') !== null ? 100 : 0;
    const longer = faults.active('disk.longer') !== null ? 100 : 0;
    return {
      dev: 1n,
      ino: 1n,
      size: BigInt(bytes.byteLength - truncated + longer) + versionNs,
      mtimeNs: versionNs,
      ctimeNs: versionNs,
      isFile: () => true,
    };
  };

  const find = (path: string): void => {
    if (path !== modelPath || faults.active('disk.missing') !== null) throw systemError('ENOENT');
  };

  const openFile = (): OpenFile => {
    let piece = 0;
    let grew = 0n;
    let isOpen = true;
    openFiles += 1;
    return {
      stat: async () => {
        await call(1);
        return statNow(grew);
      },
      read: async (buffer, lengthBytes, positionBytes) => {
        await call(3);
        const slow = faults.active('disk.slow');
        if (slow !== null) await world.sleep(chance.between(500, 4_000));
        const strikes = (at: number): boolean => piece >= at % PIECES;
        piece += 1;
        const broken = faults.active('disk.broken');
        if (broken !== null && strikes(broken.at)) throw systemError('EIO');
        const shrinks = faults.active('disk.shrinks');
        if (shrinks !== null && strikes(shrinks.at)) return 0;
        if (faults.active('disk.grows') !== null) {
          grew = 1n;
          wrongReads += 1;
        }
        const most =
          faults.active('disk.short-reads') === null ? PIECE_BYTES : chance.between(1_000, PIECE_BYTES);
        const found = bytes.subarray(positionBytes, positionBytes + Math.min(lengthBytes, most));
        buffer.set(found);
        const flipped = faults.active('disk.flipped');
        if (flipped !== null && strikes(flipped.at) && found.length > 0) {
          buffer[found.length - 1]! ^= 1;
          wrongReads += 1;
        }
        bytesRead += found.length;
        return found.length;
      },
      close: async () => {
        if (isOpen) openFiles -= 1;
        isOpen = false;
      },
    };
  };

  return {
    spec,
    bytes,
    isSound: () => BAD_FOR_A_LOAD.every((kind) => faults.active(kind) === null),
    openFiles: () => openFiles,
    watchReading: () => {
      const [wrongBefore, bytesBefore] = [wrongReads, bytesRead];
      return { wasFaithful: () => wrongReads === wrongBefore && bytesRead - bytesBefore >= bytes.byteLength };
    },
    open: async (path) => {
      await call(2);
      find(path);
      return openFile();
    },
    stat: async (path) => {
      await call(1);
      find(path);
      return statNow();
    },
  };
}

const PIECES = Math.ceil(FILE_BYTES / PIECE_BYTES);

const BAD_FOR_A_LOAD = [
  'disk.missing',
  'disk.broken',
  'disk.truncated',
  'disk.replaced',
  'disk.flipped',
] as const;
