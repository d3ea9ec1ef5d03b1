import type { Clock } from './clock.ts';
import type { HashFile } from './hash-file.ts';
import type { ProcessTable } from './process-table.ts';
import type { StoreFileSystem } from './store-file-system.ts';
import type { StoreLayout } from './store-layout.ts';

/** What every part of one store works with. */
export interface StoreParts {
  readonly layout: StoreLayout;
  readonly fileSystem: StoreFileSystem;
  readonly processes: ProcessTable;
  readonly hashFile: HashFile;
  /** Waits that somebody awaits. */
  readonly clock: Clock;
  /** Signs of life, which keep no process alive. */
  readonly heartbeatClock: Clock;
  /** Ms since 1970. */
  readonly now: () => number;
  /** 16 hex digits that no other file has in its name. */
  readonly uniqueId: () => string;
  readonly storeReserveBytes: number;
}
