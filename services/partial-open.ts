import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { PartialFile } from './model-store.ts';
import { claimLeftover, createPart, releasePart } from './partial-claim.ts';
import { createPartialFile } from './partial-file.ts';
import type { StoreParts } from './store-parts.ts';
import { attemptCall, unavailable } from './store-refusal.ts';

/** `openPartial` of the store, for a spec that was judged, in a tree that is there. */
export async function openPartialFile(parts: StoreParts, spec: IntegritySpec): Promise<Attempt<PartialFile>> {
  const leftover = await claimLeftover(parts, spec);
  const restBytes = spec.sizeBytes - (leftover?.resumeBytes ?? 0);
  if (!(await hasRoom(parts, restBytes))) {
    if (leftover !== null) await releasePart(parts, leftover);
    return deny('store_full');
  }
  const claimed: Attempt<NonNullable<typeof leftover>> =
    leftover === null ? await createPart(parts, spec.sha256) : { ok: true, value: leftover };
  return claimed.ok ? { ok: true, value: createPartialFile(parts, spec, claimed.value) } : claimed;
}

/** Where the system does not tell, the disk will. */
async function hasRoom(
  { fileSystem, layout, storeReserveBytes }: StoreParts,
  restBytes: number,
): Promise<boolean> {
  const free = await attemptCall(() => fileSystem.freeBytes(layout.partials), unavailable);
  return !free.ok || Number.isNaN(free.value) || free.value >= restBytes + storeReserveBytes;
}
