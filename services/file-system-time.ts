import { temporaryPath } from './store-layout.ts';
import type { StoreParts } from './store-parts.ts';
import { attemptCall, tolerate, unavailable } from './store-refusal.ts';

const NS_PER_MS = 1e6;

/**
 * How long ago a file was written to, by the clock that gave it its time: another machine that shares the directory
 * may have set its own date otherwise. Null where that clock cannot be read.
 */
export async function silentMs(parts: StoreParts, sha256: string, mtimeNs: bigint): Promise<number | null> {
  const nowNs = await fileSystemNowNs(parts, sha256);
  return nowNs === null ? null : Math.max(0, Number(nowNs - mtimeNs) / NS_PER_MS);
}

/** A new file is the only thing that the clock of a file system shows itself by. */
async function fileSystemNowNs(
  { fileSystem, layout, uniqueId }: StoreParts,
  sha256: string,
): Promise<bigint | null> {
  const path = temporaryPath(layout.lock(sha256), uniqueId());
  const seen = await attemptCall(async () => {
    const file = await fileSystem.open(path, 'create');
    try {
      return (await file.stat()).mtimeNs;
    } finally {
      await tolerate(() => file.close());
    }
  }, unavailable);
  await tolerate(() => fileSystem.unlink(path));
  return seen.ok ? seen.value : null;
}
