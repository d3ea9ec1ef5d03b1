/** Plain facts that go with a message: no object, so nothing of the host's is kept alive by a log line. */
export type LogFields = Record<string, string | number | boolean | null>;

/** Where log lines go, in the shape of pino: fields first. The host hands one in, or hears nothing. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

type LogLevel = keyof Logger;

/** Says nothing. */
export const silentLogger: Logger = Object.freeze(atEachLevel(() => undefined));

/**
 * A logger that can be called from anywhere: whatever the host's logger throws, or rejects with later when it is
 * asynchronous, ends here. A lost log line must not change what the supervisor does.
 */
export function guardLogger(logger: Logger): Logger {
  return atEachLevel((level, fields, message) => {
    try {
      const outcome: unknown = logger[level](fields, message);
      if (outcome !== undefined) Promise.resolve(outcome).catch(() => undefined);
    } catch {
      // Nowhere to say it: the logger itself is what failed.
    }
  });
}

function atEachLevel(log: (level: LogLevel, fields: LogFields, message: string) => void): Logger {
  const at =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void =>
      log(level, fields, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
