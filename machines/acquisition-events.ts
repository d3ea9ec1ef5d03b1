import type { MachineMemory, ModelNeeds } from '../policies/model-fit.ts';
import type { Reason } from '../policies/reasons.ts';
import type { At } from './events.ts';

/** What belongs to one question to a source. */
export interface OfAttempt extends At {
  readonly attempt: number;
}

/** Facts from the ports of the acquisition chart. */
export type AcquisitionEvent =
  | ({ readonly type: 'store.inspected'; readonly found: 'verified' | 'unproved' | 'absent' } & At)
  /** The disk, and not a source, is why it cannot go on. */
  | ({ readonly type: 'store.failed'; readonly reason: Reason } & At)
  | ({ readonly type: 'lock.taken' } & At)
  /** Another process holds the lock and shows life. */
  | ({ readonly type: 'lock.waited' } & At)
  /** The header of the model is here. `memory` is null where whether it fits is not judged; `resumedBytes`: what was here before this attempt. */
  | ({
      readonly type: 'source.probed';
      readonly needs: ModelNeeds;
      readonly memory: MachineMemory | null;
      readonly resumedBytes: number;
    } & OfAttempt)
  /** So many bytes of the file are here. */
  | ({ readonly type: 'bytes.received'; readonly receivedBytes: number } & OfAttempt)
  | ({ readonly type: 'transfer.completed' } & OfAttempt)
  | ({ readonly type: 'fetch.failed'; readonly reason: Reason } & OfAttempt)
  | ({ readonly type: 'bytes.verified'; readonly doneBytes: number } & At)
  | ({ readonly type: 'model.verified' } & At)
  /** The bytes are not the pinned ones; the file is in quarantine. */
  | ({ readonly type: 'model.refused'; readonly reason: Reason } & At)
  | ({ readonly type: 'model.published' } & At);

/** What a port of the acquisition chart is told when its state is entered. */
export interface AcquisitionPortInput {
  readonly attempt: number;
  readonly mirror: number;
  /** Whether what is kept of the file is dropped first. */
  readonly fromStart: boolean;
  readonly downloading: boolean;
}
