import { createHash, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { allow, type Deny, deny, failClosed, type Verdict } from '../policies/verdict.ts';

/**
 * Signatures as the minisign tool makes them: Ed25519 over the file (`Ed`) or over its BLAKE2b-512 (`ED`), and a
 * second one over the first and the trusted comment. The untrusted comments are signed by nobody and told nowhere.
 */

const VERIFIED = Object.freeze(allow('signature_verified'));
const MALFORMED = Object.freeze(deny('signature_malformed'));
const MISMATCH = Object.freeze(deny('signature_mismatch'));

const ALGORITHM_BYTES = 2;
const KEY_ID_BYTES = 8;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Longest text that is read as a signature or a key, in characters; minisign's own comments are below 1,024. */
const TEXT_CHARS_MAX = 8192;

const SIGNATURE_TEXT =
  /^untrusted comment: [^\r\n]*\r?\n([^\r\n]+)\r?\ntrusted comment: ([^\r\n]*)\r?\n([^\r\n]+)(?:\r?\n)?$/;
const KEY_TEXT = /^(?:untrusted comment: [^\r\n]*\r?\n)?([^\r\n]+)(?:\r?\n)?$/;

/** What comes before the 32 bytes of an Ed25519 key in its DER form. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

export interface MinisignKey {
  readonly ok: true;
  /** 16 upper-case hex digits, as minisign shows it. */
  readonly id: string;
  readonly idBytes: Buffer;
  readonly key: KeyObject;
}

/**
 * Verifies that a signature is of these bytes by this key.
 *
 * @param publicKeyText The text of a `.pub` file, or its second line alone.
 * @returns `signature_verified`; `signature_malformed` where the signature or the key cannot be read;
 * `signature_mismatch` where it is of another key, of other bytes, or its trusted comment was changed.
 */
export function verifyMinisign(bytes: Uint8Array, signatureText: string, publicKeyText: string): Verdict {
  return failClosed<Verdict>(() => {
    const publicKey = readMinisignKey(publicKeyText);
    if (!publicKey.ok) return publicKey;
    const read = readSignature(signatureText);
    if (read === null) return MALFORMED;
    if (!timingSafeEqual(read.keyId, publicKey.idBytes)) return MISMATCH;

    const signed = read.isPrehashed ? createHash('blake2b512').update(bytes).digest() : bytes;
    if (!verify(null, signed, publicKey.key, read.signature)) return MISMATCH;
    const globallySigned = Buffer.concat([read.signature, read.trustedComment]);
    return verify(null, globallySigned, publicKey.key, read.globalSignature) ? VERIFIED : MISMATCH;
  }, MALFORMED);
}

/** Reads a public key; `signature_malformed` for anything else. */
export function readMinisignKey(text: string): MinisignKey | Deny {
  return failClosed<MinisignKey | Deny>(() => {
    const bytes = readBase64(matchOf(KEY_TEXT, text)?.[1], ALGORITHM_BYTES + KEY_ID_BYTES + KEY_BYTES);
    if (bytes === null || algorithmOf(bytes) !== 'Ed') return MALFORMED;
    const idBytes = keyIdOf(bytes);
    const der = Buffer.concat([SPKI_ED25519, bytes.subarray(ALGORITHM_BYTES + KEY_ID_BYTES)]);
    return {
      ok: true,
      id: Buffer.from(idBytes).reverse().toString('hex').toUpperCase(),
      idBytes,
      key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
    };
  }, MALFORMED);
}

interface Signature {
  readonly isPrehashed: boolean;
  readonly keyId: Buffer;
  readonly signature: Buffer;
  readonly trustedComment: Buffer;
  readonly globalSignature: Buffer;
}

function readSignature(text: string): Signature | null {
  const [, first, comment = '', second] = matchOf(SIGNATURE_TEXT, text) ?? [];
  const bytes = readBase64(first, ALGORITHM_BYTES + KEY_ID_BYTES + SIGNATURE_BYTES);
  const globalSignature = readBase64(second, SIGNATURE_BYTES);
  const trustedComment = Buffer.from(comment, 'utf8');
  // A text that UTF-8 cannot carry would be signed as another one.
  if (bytes === null || globalSignature === null || trustedComment.toString('utf8') !== comment) return null;
  const algorithm = algorithmOf(bytes);
  if (algorithm !== 'Ed' && algorithm !== 'ED') return null;
  return {
    isPrehashed: algorithm === 'ED',
    keyId: keyIdOf(bytes),
    signature: bytes.subarray(ALGORITHM_BYTES + KEY_ID_BYTES),
    trustedComment,
    globalSignature,
  };
}

function matchOf(pattern: RegExp, text: string): RegExpExecArray | null {
  return typeof text === 'string' && text.length <= TEXT_CHARS_MAX ? pattern.exec(text) : null;
}

/** Only the one spelling that an encoder makes: Node's decoder passes over what is wrong. */
function readBase64(text: string | undefined, lengthBytes: number): Buffer | null {
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === lengthBytes && bytes.toString('base64') === text ? bytes : null;
}

const algorithmOf = (bytes: Buffer): string => bytes.toString('latin1', 0, ALGORITHM_BYTES);
const keyIdOf = (bytes: Buffer): Buffer => bytes.subarray(ALGORITHM_BYTES, ALGORITHM_BYTES + KEY_ID_BYTES);
