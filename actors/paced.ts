import { Observable } from 'rxjs';
import type { Clock } from '../services/clock.ts';

/** Ticks every `everyMs` of the given clock; the first after `firstMs`. Nothing is left armed after unsubscribe. */
export function paced(clock: Clock, everyMs: number, firstMs: number): Observable<void> {
  return new Observable((subscriber) => {
    let timer: unknown;
    const arm = (ms: number) => {
      timer = clock.setTimeout(() => {
        arm(everyMs);
        subscriber.next();
      }, ms);
    };
    arm(firstMs);
    return () => clock.clearTimeout(timer);
  });
}
