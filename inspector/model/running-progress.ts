import type { RunningRequest } from '../../machines/context.ts';
import type { RequestProgress } from '../../machines/events.ts';

/** How far a running request is; null where the trace does not tell. */
export function progressOf({ progress }: RunningRequest): RequestProgress | null {
  return progress ?? null;
}
