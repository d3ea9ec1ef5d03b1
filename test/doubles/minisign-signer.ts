import { createHash, generateKeyPairSync, randomBytes, sign as signBytes } from 'node:crypto';

export interface SignOptions {
  /** `Ed` signs the bytes, `ED` their BLAKE2b-512. Default `ED`. */
  readonly algorithm?: 'Ed' | 'ED';
  readonly trustedComment?: string;
}

/** Signs as minisign does, with a key of its own, by node:crypto alone. */
export interface Signer {
  /** As minisign shows it: 16 upper-case hex digits. */
  readonly keyId: string;
  /** The base64 line of a `.pub` file. */
  readonly keyLine: string;
  /** The whole text of a `.pub` file. */
  readonly keyText: string;
  sign(bytes: Uint8Array | string, options?: SignOptions): string;
}

/** @param idBytes Names the key; two keys with one name show what the name alone is worth. */
export function createSigner(idBytes: Buffer = randomBytes(8)): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const keyLine = Buffer.concat([Buffer.from('Ed'), idBytes, raw]).toString('base64');
  const keyId = Buffer.from(idBytes).reverse().toString('hex').toUpperCase();
  return {
    keyId,
    keyLine,
    keyText: `untrusted comment: minisign public key ${keyId}\n${keyLine}\n`,
    sign: (
      bytes,
      { algorithm = 'ED', trustedComment = 'timestamp:1790000000\tfile:llamero.lock.json' } = {},
    ) => {
      const message = Buffer.from(bytes);
      const signed = algorithm === 'ED' ? createHash('blake2b512').update(message).digest() : message;
      const signature = signBytes(null, signed, privateKey);
      const global = signBytes(null, Buffer.concat([signature, Buffer.from(trustedComment)]), privateKey);
      return [
        'untrusted comment: signature from minisign secret key',
        Buffer.concat([Buffer.from(algorithm), idBytes, signature]).toString('base64'),
        `trusted comment: ${trustedComment}`,
        `${global.toString('base64')}\n`,
      ].join('\n');
    },
  };
}
