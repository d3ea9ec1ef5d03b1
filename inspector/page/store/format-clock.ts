/** Time since the trace began, all of one width: `0:12.408`, `1:02:12.408`. */
export function formatClock(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const seconds = Math.floor(whole / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = `${pad(seconds % 60, 2)}.${pad(whole % 1000, 3)}`;
  return hours > 0 ? `${hours}:${pad(minutes, 2)}:${tail}` : `${minutes}:${tail}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
