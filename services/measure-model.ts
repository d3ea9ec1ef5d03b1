import { createHash } from 'node:crypto';
import type { CancelSignal, IntegritySpec } from '../policies/runtime-adapter.ts';
import type { Attempt } from '../policies/verdict.ts';
import type { ModelFetcher } from './model-fetcher.ts';

/**
 * Fetches a file of which nothing is known yet, and tells the digest and the size of what came. This first contact is
 * trusted as it is; nothing of the file is kept. Never rejects. It has no deadline of its own but the signal.
 */
export async function measureModel(
  fetcher: ModelFetcher,
  url: string,
  signal: CancelSignal,
  onProgress?: (doneBytes: number, totalBytes: number) => void,
): Promise<Attempt<IntegritySpec>> {
  const opened = await fetcher.openFirst(url, signal);
  if (!opened.ok) return opened;
  const transfer = opened.value;
  const hash = createHash('sha256');
  let doneBytes = 0;
  try {
    for (;;) {
      const read = await transfer.read();
      if (!read.ok) return read;
      if (read.value === null) break;
      hash.update(read.value);
      doneBytes += read.value.byteLength;
      onProgress?.(doneBytes, transfer.endBytes);
    }
  } finally {
    transfer.close();
  }
  return { ok: true, value: { sha256: hash.digest('hex'), sizeBytes: doneBytes } };
}
