import type { ModelPin, PinFile, StoredModel } from '../index.ts';
import { type CommandOutput, tellRefusal } from './command-output.ts';
import { isDigest } from './option-values.ts';

/** A model that a command works on; `name` is its pin's, or its digest. */
export interface NamedModel {
  readonly name: string;
  readonly sha256: string;
  /** Null where neither a pin nor the store tells it. */
  readonly sizeBytes: number | null;
}

/** What a name, or a digest, means; null for a name that no pin has. */
export function findModel(
  target: string,
  pins: PinFile | null,
  stored: readonly StoredModel[],
): NamedModel | null {
  const pin = pins?.models.get(target);
  if (pin !== undefined) return { name: target, sha256: pin.sha256, sizeBytes: pin.sizeBytes };
  if (!isDigest(target)) return null;
  const sha256 = target.toLowerCase();
  const model = stored.find((one) => one.sha256 === sha256);
  return { name: nameOf(sha256, pins), sha256, sizeBytes: model?.sizeBytes ?? null };
}

/** The first pin's name for this digest; without one the digest. */
export function nameOf(sha256: string, pins: PinFile | null): string {
  const named = [...(pins?.models ?? [])].find(
    ([, pin]: readonly [string, ModelPin]) => pin.sha256 === sha256,
  );
  return named?.[0] ?? sha256;
}

/** @returns The exit code. */
export function tellUnknown(output: CommandOutput, target: string, pins: PinFile | null): number {
  const code = tellRefusal(
    output,
    pins === null && !isDigest(target) ? 'pins_missing' : 'pin_unknown',
    target,
  );
  if (pins !== null)
    output.note(`The file of pins ${pins.path} has: ${[...pins.models.keys()].join(', ') || 'none'}.`);
  return code;
}
