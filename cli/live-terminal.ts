/** Whether lines on it can be drawn anew: a terminal that is not dumb, and not the log of a build. */
export function isLiveTerminal({ isTTY }: Pick<NodeJS.WriteStream, 'isTTY'>): boolean {
  return isTTY && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined;
}
