import { createColors } from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

/** Colour on a terminal, unless it is not wanted; elsewhere only where it is asked for. */
export function pickColors(color: boolean): Colors {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  // Told outright, yes or no: by itself the library takes a CI for a terminal.
  return createColors(
    color && NO_COLOR === undefined && (process.stdout.isTTY === true || FORCE_COLOR !== undefined),
  );
}
