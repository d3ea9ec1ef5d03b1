import type { Reason } from './reasons.ts';

/** A judged result: whether it may be, and the code that says why. Nothing else is ever in it. */
export type Verdict<R extends Reason = Reason> = Allow<R> | Deny<R>;
export type Allow<R extends Reason = Reason> = { readonly ok: true; readonly reason: R };
export type Deny<R extends Reason = Reason> = { readonly ok: false; readonly reason: R };

/** The result of an operation that can be refused or fail: its value, or the code that says why there is none. */
export type Attempt<T> = { readonly ok: true; readonly value: T } | Deny;

export function allow<R extends Reason>(reason: R): Allow<R> {
  return { ok: true, reason };
}

export function deny<R extends Reason>(reason: R): Deny<R> {
  return { ok: false, reason };
}

/**
 * Runs a judgement that reads foreign data (getters that throw, proxies) and turns any throw into a refusal.
 * Every exported judgement of this room goes through it, so that a guard which wraps one can never throw.
 */
export function failClosed<V>(judge: () => V, refusal: V): V {
  try {
    return judge();
  } catch {
    return refusal;
  }
}
