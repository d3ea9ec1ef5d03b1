import { createDiskStore } from '../../../services/disk-store.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';

/**
 * Brings a model into a store in a process of its own, and stops at a step to be killed there.
 * Arguments: directory, size of the model, and the step to stop at; at `end` it ends by itself.
 */
const [dir = '', size = '', stopAt = ''] = process.argv.slice(2);
const bytes = createModelBytes(Number(size));
const spec = specOf(bytes);
const { signal } = new AbortController();

async function step(name: string): Promise<void> {
  process.stdout.write(`${name}\n`);
  if (name === stopAt) await new Promise((resolve) => setTimeout(resolve, 60_000));
}

function need<T>(answer: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return answer.value;
}

const store = createDiskStore({ dir, storeReserveBytes: 0 });
const lock = need(await store.lock(spec, signal));
await step('locked');
const partial = need(await store.openPartial(spec));
await partial.restart('"v1"');
await step('opened');
const half = Math.floor(bytes.length / 2);
await partial.append(bytes.subarray(0, half));
await partial.sync();
await step('synced');
await partial.append(bytes.subarray(half));
await step('written');
const verified = await partial.verify(signal);
if (!verified.ok) throw new Error(verified.reason);
await step('verified');
need(await partial.publish());
await step('published');
await partial.close();
await lock.release();
await step('end');
