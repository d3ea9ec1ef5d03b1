import fc from 'fast-check';

/** A value that no judgement may trust or stumble over, made anew for each use. */
export interface JunkCase {
  readonly name: string;
  readonly make: () => unknown;
}

const refuse = (): never => {
  throw new Error('a hostile value was touched');
};

const junkCase = (name: string, make: () => unknown): JunkCase => ({ name, make });

export function throwingProxy(): unknown {
  const traps = Object.fromEntries(
    Object.getOwnPropertyNames(Reflect)
      .filter((name) => typeof Reflect[name as keyof typeof Reflect] === 'function')
      .map((name) => [name, refuse]),
  );
  return new Proxy({}, traps);
}

export function revokedProxy(target: object = {}): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** The fields of `shape`, each of them a getter that throws. */
export function throwingGetters(shape: object): object {
  const entries = Object.keys(shape).map((key) => [key, { get: refuse, enumerable: true }]);
  return Object.defineProperties({}, Object.fromEntries(entries) as PropertyDescriptorMap);
}

/** The fields of `shape`, inherited instead of owned. */
export function inheriting(shape: object): object {
  return Object.create(shape) as object;
}

/** Throws what is no Error, so that a reader of `error.message` stumbles too. */
function throwsNull(): unknown {
  return new Proxy([], {
    get: () => {
      throw null;
    },
  });
}

/** A proxy whose array never ends. */
function endlessArray(): unknown {
  return new Proxy([], { get: (target, key) => (key === 'length' ? 2 ** 53 - 1 : Reflect.get(target, key)) });
}

/** None of them is valid in any slot of any policy; `null` is the one exception, where a slot may be unknown. */
export const JUNK: readonly JunkCase[] = [
  junkCase('undefined', () => undefined),
  junkCase('null', () => null),
  junkCase('NaN', () => Number.NaN),
  junkCase('Infinity', () => Number.POSITIVE_INFINITY),
  junkCase('-Infinity', () => Number.NEGATIVE_INFINITY),
  junkCase('-1', () => -1),
  junkCase('a bigint', () => 1n),
  junkCase('a symbol', () => Symbol('junk')),
  junkCase('an empty string', () => ''),
  junkCase('a numeric string', () => '1'),
  junkCase('__proto__', () => '__proto__'),
  junkCase('true', () => true),
  junkCase('a function', () => () => 1),
  junkCase('an empty object', () => ({})),
  junkCase('a bare object', () => Object.create(null)),
  junkCase('an empty array', () => []),
  junkCase('an array of nothing', () => new Array(3)),
  junkCase('a date', () => new Date(0)),
  junkCase('a map', () => new Map([['phase', 'ready']])),
  junkCase('a boxed number', () => Object(1)),
  junkCase('a boxed string', () => Object('ready')),
  junkCase('a value that coerces', () => ({ valueOf: () => 1, toString: () => 'ready' })),
  junkCase('a value that refuses to coerce', () => ({ [Symbol.toPrimitive]: refuse })),
  junkCase('a throwing proxy', throwingProxy),
  junkCase('a proxy that throws null', throwsNull),
  junkCase('a revoked proxy', () => revokedProxy()),
  junkCase('a revoked array proxy', () => revokedProxy([])),
  junkCase('an endless array', endlessArray),
  junkCase('a promise', () => Promise.resolve(true)),
];

/** A hostile value, still in its box: fast-check itself would stumble over a bare revoked proxy. */
export const hostile: fc.Arbitrary<JunkCase> = fc.constantFrom(...JUNK);

/** Junk of every kind: the list, and what fast-check can think of. */
export const anyJunk: fc.Arbitrary<JunkCase> = fc.oneof(
  hostile,
  fc
    .anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true, withTypedArray: true })
    .map((value) => junkCase('anything', () => value)),
);
