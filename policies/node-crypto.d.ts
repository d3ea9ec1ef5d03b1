/**
 * The part of `node:crypto` that `integrity.ts` uses, and no more: this room compiles without Node's types.
 * The root configuration leaves this file out, since it has the whole of Node's types.
 */
declare module 'node:crypto' {
  interface Hash {
    update(bytes: Uint8Array): Hash;
    digest(): Uint8Array;
  }
  export function createHash(algorithm: 'sha256'): Hash;
  /** Throws where the lengths differ. */
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}
