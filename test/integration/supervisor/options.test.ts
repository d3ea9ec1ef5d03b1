import { describe, expect, test } from '@jest/globals';
import { createSupervisor, createSupervisorLogic, SupervisorError } from '../../../index.ts';
import { throwingGetters, throwingProxy } from '../../doubles/junk.ts';
import { PINNED_MODEL, stagePorts } from '../../doubles/supervisor-stage.ts';

const model = PINNED_MODEL;
const limits = (given: object) => ({ model, limits: given });

/** Options, the field that the message names, and the rule that it tells. */
const ROWS: readonly (readonly [string, unknown, string])[] = [
  ['options', undefined, 'options'],
  ['options', null, 'options'],
  ['options', 'model.gguf', 'options'],
  ['options.model', {}, 'must be { path, sha256, sizeBytes }'],
  ['options.model', { model: 'model.gguf' }, 'must be { path, sha256, sizeBytes }'],
  ['options.model.path', { model: { ...model, path: '' } }, 'must not be empty'],
  ['options.model.path', { model: { ...model, path: 5 } }, 'must be the path of a file'],
  ['options.model.path', { model: { ...model, path: 'a\0b' } }, 'must not hold a NUL character'],
  ['options.model.sha256', { model: { ...model, sha256: 'AB'.repeat(32) } }, '64 lower-case hex digits'],
  ['options.model.sha256', { model: { ...model, sha256: 'ab' } }, '64 lower-case hex digits'],
  ['options.model.sha256', { model: { path: 'a', sizeBytes: 1 } }, '64 lower-case hex digits'],
  ['options.model.sizeBytes', { model: { ...model, sizeBytes: 0 } }, 'must be an integer from 1'],
  ['options.model.sizeBytes', { model: { ...model, sizeBytes: 1.5 } }, 'must be an integer from 1'],
  ['options.model.sizeBytes', { model: { ...model, sizeBytes: '9' } }, 'must be an integer from 1'],
  ['options.model.url', { model: { ...model, url: 'x' } }, 'must not stand beside model.path'],
  ['options.model.name', { model: { ...model, name: 'x' } }, 'is not an option'],
  ['options.model.path', { model: { sha256: model.sha256, sizeBytes: 1 } }, 'or model.url must name where'],
  ['options.model.mirrors', { model: { ...model, mirrors: [] } }, 'must stand beside model.url'],
  [
    'options.store',
    { model: { url: 'x', sha256: model.sha256, sizeBytes: 1 } },
    'must be { dir } where model.url is given',
  ],
  ['options.store.dir', { model, store: { dir: 'here' } }, 'must be the absolute path of a directory'],
  ['options.sources.ca', { model, sources: { ca: 7 } }, 'must be certificates in PEM'],
  ['options.fit', { model, fit: 'maybe' }, "must be 'refuse' or 'ignore'"],
  ['options.limits.maxInFlight', limits({ maxInFlight: 0 }), 'must be an integer from 1 to 64 (requests)'],
  ['options.limits.maxInFlight', limits({ maxInFlight: 65 }), 'must be an integer from 1 to 64 (requests)'],
  ['options.limits.maxInFlight', limits({ maxInFlight: '2' }), 'must be an integer from 1 to 64'],
  ['options.limits.queueBound', limits({ queueBound: -1 }), 'from 0 to 4096 (requests)'],
  ['options.limits.queueBound', limits({ queueBound: Number.NaN }), 'must be an integer'],
  ['options.limits.drainMsMax', limits({ drainMsMax: 2 ** 31 }), 'from 1 to 2147483647 (ms)'],
  ['options.limits.memoryUsedRatioHard', limits({ memoryUsedRatioHard: 2 }), 'a number from 0 to 1 (ratio)'],
  ['options.limits.memoryUsedRatioSoft', limits({ memoryUsedRatioSoft: 0.99 }), 'memoryUsedRatioHard'],
  ['options.limits.backoffMsMin', limits({ backoffMsMin: 9000, backoffMsMax: 10 }), 'backoffMsMax'],
  ['options.limits.maxInflight', limits({ maxInflight: 2 }), 'is not an option'],
  ['options.runtime.gpu', { model, runtime: { gpu: 'opencl' } }, "must be 'auto', false"],
  ['options.runtime.threads', { model, runtime: { threads: 0 } }, 'must be an integer from 1 to 256'],
  ['options.runtime.contextTokens', { model, runtime: { contextTokens: 7 } }, 'from 8 to 1048576'],
  ['options.logger', { model, logger: () => undefined }, 'debug, info, warn, error'],
  ['options.clock', { model, clock: Date }, 'nowMs, setTimeout, clearTimeout'],
  ['options.inspect', { model, inspect: {} }, 'must be a function'],
  ['options.jitterSeed', { model, jitterSeed: -1 }, 'must be an integer from 0 to 4294967295'],
  [
    'options.ports.runtime',
    { model, ports: { runtime: {} } },
    'must be an object with the functions prepare',
  ],
  ['options.ports.openProbe', { model, ports: { openProbe: {} } }, 'must be a function'],
  ['options.maxInFlight', { model, maxInFlight: 2 }, 'is not an option'],
];

const constructed = (options: unknown): unknown => {
  try {
    return createSupervisor(options as never);
  } catch (error) {
    return error;
  }
};

describe('options', () => {
  test.each(ROWS)('[SV72] %s: %j is refused, and the message says: %s', (field, options, rule) => {
    const error = constructed(options);
    expect(SupervisorError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'invalid_options', reason: 'options_invalid' });
    expect((error as Error).message).toContain(field);
    expect((error as Error).message).toContain(rule);
  });

  test('[SV73] are told all that is wrong at once', () => {
    const error = constructed({ model, limits: { maxInFlight: 0, queueBound: -1 }, threads: 2 });
    const { message } = error as Error;
    for (const field of ['options.limits.maxInFlight', 'options.limits.queueBound', 'options.threads']) {
      expect(message).toContain(field);
    }
  });

  test.each([
    ['a proxy that throws', () => throwingProxy()],
    ['getters that throw', () => throwingGetters({ model })],
    ['a model whose getters throw', () => ({ model: throwingGetters(model) })],
    ['limits that throw', () => ({ model, limits: throwingProxy() })],
    ['a port that throws', () => ({ model, ports: { runtime: throwingProxy() } })],
  ])('[SV74] that cannot be read are refused as any others: %s', (_, make) => {
    const error = constructed(make());
    expect(SupervisorError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'invalid_options', reason: 'options_invalid' });
    expect((error as Error).message).toContain('options');
  });

  test('[SV75] are judged by createSupervisorLogic too', () => {
    expect(() => createSupervisorLogic({ model, limits: { maxInFlight: 0 } })).toThrow(SupervisorError);
  });

  test('[SV76] may be frozen, and are not changed', () => {
    const { options } = stagePorts();
    const before = { ...options };
    const frozen = Object.freeze({ ...options, model: Object.freeze({ ...model }) });
    expect(createSupervisor(frozen).getSnapshot().state).toBe('stopped');
    expect(createSupervisor(options).getSnapshot().state).toBe('stopped');
    expect(options).toEqual(before);
  });
});
