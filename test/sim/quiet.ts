/** What came out of the process that should not have, while something ran. */
export interface Noise {
  readonly heard: () => string | null;
  readonly end: () => void;
}

/** Listens for prints, and for errors and rejections that nobody handles. What is printed is not shown. */
export function listenForNoise(): Noise {
  let first: string | null = null;
  const hear = (what: string): void => {
    first ??= what;
  };
  const onRejection = (reason: unknown) => hear(`unhandled rejection: ${textOf(reason)}`);
  const onException = (error: unknown) => hear(`uncaught exception: ${textOf(error)}`);
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  const kept = streams().map((stream) => [stream, stream.write] as const);
  for (const [stream] of kept) {
    stream.write = (text: unknown) => {
      hear(`printed: ${String(text)}`);
      return true;
    };
  }
  return {
    heard: () => first,
    end: () => {
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onException);
      for (const [stream, write] of kept) stream.write = write;
    },
  };
}

/** Within a test the reporter of the tests may write to the error stream of the same process: that is no noise. */
const streams = () =>
  process.env['JEST_WORKER_ID'] === undefined ? [process.stdout, process.stderr] : [process.stdout];

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
