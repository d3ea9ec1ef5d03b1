import { runInNewContext } from 'node:vm';
import { describe, expect, jest, test } from '@jest/globals';
import { guardLogger, type Logger, silentLogger } from '../../../services/logger.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function loggerOf(log: (...args: unknown[]) => unknown): Logger {
  return Object.fromEntries(LEVELS.map((level) => [level, log])) as unknown as Logger;
}

describe('guarded logger', () => {
  test.each(LEVELS)('[LG1] hands %s on with its fields and its message', (level) => {
    const log = jest.fn();
    const fields = { requestId: 'r1', waiting: 3, shed: false, reason: null };
    guardLogger({ ...loggerOf(() => undefined), [level]: log })[level](fields, 'a line');
    expect(log.mock.calls).toEqual([[fields, 'a line']]);
  });

  test('[LG1] calls a method of the logger as its method', () => {
    class HostLogger {
      readonly #lines: string[] = [];
      debug(_fields: unknown, message: string): void {
        this.#lines.push(message);
      }
      info = this.debug;
      warn = this.debug;
      error = this.debug;
      lines(): readonly string[] {
        return this.#lines;
      }
    }
    const host = new HostLogger();
    guardLogger(host).debug({}, 'kept');
    expect(host.lines()).toEqual(['kept']);
  });

  test.each(LEVELS)('[LG2] swallows what %s throws', (level) => {
    const log = jest.fn(() => {
      throw new Error('disk full');
    });
    expect(() => guardLogger(loggerOf(log))[level]({}, 'a line')).not.toThrow();
    expect(log).toHaveBeenCalledTimes(1);
  });

  test.each<[string, unknown]>([
    ['has no methods', {}],
    ['is null', null],
    ['is a text', 'pino'],
    [
      'has a getter that throws',
      {
        get info(): never {
          throw new Error('no');
        },
      },
    ],
  ])('[LG2] survives a logger that %s', (_case, logger) => {
    const guarded = guardLogger(logger as Logger);
    for (const level of LEVELS) expect(() => guarded[level]({}, 'a line')).not.toThrow();
  });

  test.each<[string, () => unknown]>([
    ['its promise', () => Promise.reject(new Error('socket closed'))],
    ['a promise of another realm', () => runInNewContext('Promise.reject(new Error("socket closed"))')],
  ])('[LG3] swallows what an asynchronous logger rejects with: %s', async (_case, log) => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown): number => unhandled.push(error);
    process.on('unhandledRejection', listen);
    try {
      guardLogger(loggerOf(log)).info({}, 'a line');
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', listen);
    }
  });
});

describe('silent logger', () => {
  test.each(LEVELS)('[LG4] takes %s and prints nothing', (level) => {
    const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(silentLogger[level]({ a: 1 }, 'a line')).toBeUndefined();
      expect([out.mock.calls.length, err.mock.calls.length]).toEqual([0, 0]);
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  });
});
