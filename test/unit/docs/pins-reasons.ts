import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPull } from '../../../cli/pull.ts';
import { evaluatePinsFreshness, readPins } from '../../../policies/pins.ts';
import type { Reason } from '../../../policies/reasons.ts';
import { verifyMinisign } from '../../../services/minisign.ts';
import { readPinFile } from '../../../services/pin-file.ts';
import { createSigner } from '../../doubles/minisign-signer.ts';
import { pinFileOf } from '../../doubles/pin-samples.ts';
import { scriptCommand } from '../../doubles/scripted-library.ts';

const TEXT = JSON.stringify(pinFileOf());
const signer = createSigner();

/** Does something with the path of a file of pins of this text; null for no file. */
async function withFile<T>(
  text: string | null,
  act: (path: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'reasons-'));
  try {
    const path = join(folder, 'llamero.lock.json');
    if (text !== null) await writeFile(path, text);
    return await act(path, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const readText = (text: string | null): Promise<Reason> =>
  withFile(text, async (path) => {
    const answer = await readPinFile(path, { nowMs: 0, publicKey: signer.keyText });
    return answer.ok ? 'pins_valid' : answer.reason;
  });

const freshness = (sequence: number | null, expiresAtMs: number | null): Reason =>
  evaluatePinsFreshness({ sequence, expiresAtMs }, 1, 2).reason;
const refusalOf = (value: unknown): Reason => {
  const read = readPins(value);
  return read.ok ? 'pins_valid' : read.reason;
};
const verify = (text: string): Reason => verifyMinisign(Buffer.from(TEXT), text, signer.keyText).reason;

/** For each reason that speaks of the file of pins, what gives it. */
export const PINS_REASONS = {
  pins_valid: () => freshness(2, null),
  pins_expired: () => freshness(2, 1),
  pins_rolled_back: () => freshness(1, null),
  pins_malformed: () => refusalOf([]),
  pins_version: () => refusalOf({ version: 2 }),
  pins_missing: () => readText(null),
  /** The commands alone take names. */
  pin_unknown: () =>
    withFile(TEXT, async (pins, dir) => {
      const { tools, objects } = scriptCommand({}, { json: true });
      await runPull(['smal'], { pins, dir }, tools);
      return objects()[0]?.['reason'] as Reason;
    }),
  pins_unsigned: () => readText(TEXT),
  signature_verified: () => verify(signer.sign(TEXT)),
  signature_mismatch: () => verify(signer.sign('another text')),
  signature_malformed: () => verify('no signature'),
} satisfies Partial<Record<Reason, () => Reason | Promise<Reason>>>;
