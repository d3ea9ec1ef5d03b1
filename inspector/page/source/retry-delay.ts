/** How long to wait before connecting again, in ms: doubles from a quarter of a second up to five seconds. */
export function retryDelayMs(failures: number): number {
  return Math.min(DELAY_MS_MIN * 2 ** Math.max(0, failures - 1), DELAY_MS_MAX);
}

const DELAY_MS_MIN = 250;
const DELAY_MS_MAX = 5000;
