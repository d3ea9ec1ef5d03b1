import type { Reason } from '../policies/reasons.ts';
import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import { deny } from '../policies/verdict.ts';
import { writeDurably } from './durable-file.ts';
import type { OpenFile } from './file-system.ts';
import type { StoreParts } from './store-parts.ts';
import { attemptCall } from './store-refusal.ts';

/** What is known of a file that is not what it should be; null where it was not looked at. */
export interface BadFile {
  readonly reason: Reason;
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  /** Open, or null where it could not be opened. */
  readonly file: OpenFile | null;
}

const EVIDENCE_VERSION = 1;
/** Enough to tell a page of HTML from a model. */
const FIRST_BYTES = 4096;

/**
 * Keeps what tells why a file was refused, and nothing that could be loaded. The caller deletes the file, whether this
 * succeeded or not: evidence is wanted, a bad file is not.
 */
export async function keepEvidence(parts: StoreParts, expected: IntegritySpec, bad: BadFile): Promise<void> {
  const { fileSystem, layout, now, uniqueId } = parts;
  const id = uniqueId();
  const evidence = {
    version: EVIDENCE_VERSION,
    reason: bad.reason,
    expected: { sha256: expected.sha256, sizeBytes: expected.sizeBytes },
    actual: { sha256: bad.sha256, sizeBytes: bad.sizeBytes },
    firstBytesBase64: bad.file === null ? '' : await readFirstBytes(bad.file),
    atMs: Math.floor(now()),
  };
  const text = `${JSON.stringify(evidence, null, 2)}\n`;
  await writeDurably(fileSystem, layout.evidence(expected.sha256, id), text, id);
}

async function readFirstBytes(file: OpenFile): Promise<string> {
  const buffer = Buffer.alloc(FIRST_BYTES);
  let lengthBytes = 0;
  while (lengthBytes < buffer.length) {
    const rest = buffer.subarray(lengthBytes);
    const read = await attemptCall(
      () => file.read(rest, rest.length, lengthBytes),
      () => deny('model_file_unreadable'),
    );
    if (!read.ok || read.value === 0) break;
    lengthBytes += read.value;
  }
  return buffer.toString('base64', 0, lengthBytes);
}
