// @ts-check
// Hashes an open file in a thread of its own. Plain JavaScript: a thread is started from a file, and none of the
// ways to run TypeScript without a build reaches into it.
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const PIECE_BYTES = 1024 * 1024;
/** The listener shows it to a person, or extends a deadline of seconds. */
const TELL_EVERY_MS = 50;

/**
 * @typedef {{ readonly fd: number, readonly sizeBytes: number }} HashOrder
 * `fd` stays open, held by the thread that asks; no more than `sizeBytes` bytes are read from its start.
 */

/** @param {HashOrder} order */
function hash({ fd, sizeBytes }) {
  const sha256 = createHash('sha256');
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, sizeBytes));
  let doneBytes = 0;
  let toldMs = performance.now();
  while (doneBytes < sizeBytes) {
    const readBytes = readSync(fd, buffer, 0, Math.min(buffer.length, sizeBytes - doneBytes), doneBytes);
    if (readBytes === 0) break;
    sha256.update(buffer.subarray(0, readBytes));
    doneBytes += readBytes;
    if (performance.now() - toldMs < TELL_EVERY_MS) continue;
    toldMs = performance.now();
    parentPort?.postMessage({ kind: 'progress', doneBytes });
  }
  parentPort?.postMessage({ kind: 'hashed', sha256: sha256.digest('hex'), sizeBytes: doneBytes });
}

try {
  hash(/** @type {HashOrder} */ (workerData));
} catch {
  parentPort?.postMessage({ kind: 'unreadable' });
}
