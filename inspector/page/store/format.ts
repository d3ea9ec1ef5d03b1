/** Numbers as people read them: three figures at most, always with their unit. */

/** `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatMs(ms: number): string {
  if (ms < 0) return `−${formatMs(-ms)}`;
  if (ms < 1) return `${figures(ms)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `512 B`, `3.4 MB`, `23.5 GB`: powers of 1000, as disks and networks are sold. */
export function formatBytes(bytes: number): string {
  let rest = bytes;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (rest < 999.5) return `${figures(rest)} ${unit}`;
    rest /= 1000;
  }
  return `${figures(rest)} TB`;
}

export function formatCount(count: number): string {
  return Math.abs(count) >= 10_000 ? Math.round(count).toLocaleString('en') : figures(count);
}

export function formatRatio(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

export function formatRate(perSecond: number): string {
  return `${figures(perSecond)} tok/s`;
}

/** Time since the trace began, all of one width: `0:12.408`, `1:02:12.408`. */
export function formatClock(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const seconds = Math.floor(whole / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = `${pad(seconds % 60, 2)}.${pad(whole % 1000, 3)}`;
  return hours > 0 ? `${hours}:${pad(minutes, 2)}:${tail}` : `${minutes}:${tail}`;
}

function figures(value: number): string {
  if (Number.isInteger(value) || value >= 99.95) return String(Math.round(value));
  return value.toFixed(value >= 9.995 ? 1 : 2).replace(/\.?0+$/, '');
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
