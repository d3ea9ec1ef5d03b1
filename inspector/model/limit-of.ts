import type { TraceHeader } from '../../machines/trace-line.ts';
import type { LimitName } from '../../policies/limits.ts';

/** A limit of the recorded run; null where the trace does not hold it, as one of another version may not. */
export function limitOf(header: TraceHeader | null, name: LimitName): number | null {
  const limits: object = header?.limits ?? {};
  return Object.hasOwn(limits, name) ? (header?.limits[name] ?? null) : null;
}
