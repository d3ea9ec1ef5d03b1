import type { RunningRequest } from '../../machines/context.ts';
import { isProgress, type RequestProgress } from './told-event.ts';

/** How far a running request is; null where the trace does not tell. */
export function progressOf(running: RunningRequest): RequestProgress | null {
  const { progress } = running as RunningRequest & { readonly progress?: unknown };
  return isProgress(progress) ? progress : null;
}
