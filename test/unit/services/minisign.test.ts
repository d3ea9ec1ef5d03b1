import { describe, expect, test } from '@jest/globals';
import { readMinisignKey, verifyMinisign } from '../../../services/minisign.ts';
import { createSigner } from '../../doubles/minisign-signer.ts';

const FILE = Buffer.from('{"version":1,"models":{}}\n');
const signer = createSigner();
const signature = signer.sign(FILE);
const reasonOf = (bytes: Uint8Array, text: string, key = signer.keyText) =>
  verifyMinisign(bytes, text, key).reason;

/** Line of a signature: the signature is the second, the trusted comment the third, the global one the fourth. */
const withLine = (text: string, index: number, change: (line: string) => string) =>
  text
    .split('\n')
    .map((line, at) => (at === index ? change(line) : line))
    .join('\n');

/** Every text that differs in one bit of one character. */
function* flips(text: string): Generator<string> {
  const bytes = Buffer.from(text);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield flipped.toString('utf8');
  }
}

describe('a minisign signature', () => {
  test.each([
    ['of the bytes', 'Ed'],
    ['of their BLAKE2b-512', 'ED'],
  ] as const)('[SG1] %s by the configured key verifies', (_, algorithm) => {
    for (const bytes of [FILE, Buffer.alloc(0), Buffer.alloc(100_000, 7)]) {
      expect(verifyMinisign(bytes, signer.sign(bytes, { algorithm }), signer.keyText)).toEqual({
        ok: true,
        reason: 'signature_verified',
      });
    }
  });

  test.each(['', 'ünïcödé ✓', 'timestamp:1', 'x'.repeat(1024)])(
    '[SG1] verifies with whatever trusted comment: %p',
    (trustedComment) => {
      expect(reasonOf(FILE, signer.sign(FILE, { trustedComment }))).toBe('signature_verified');
    },
  );

  test.each(['Ed', 'ED'] as const)(
    '[SG2] of kind %s is refused for each flipped bit of the file',
    (algorithm) => {
      const text = signer.sign(FILE, { algorithm });
      for (let bit = 0; bit < FILE.length * 8; bit += 1) {
        const bytes = Buffer.from(FILE);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(reasonOf(bytes, text)).toBe('signature_mismatch');
      }
    },
  );

  test.each([
    ['signature', 1],
    ['trusted comment', 2],
    ['global signature', 3],
  ])('[SG2] is refused for each flipped bit of its %s', (_, line) => {
    const lines = signature.split('\n');
    let refused = 0;
    for (const flipped of flips(lines[line]!)) {
      expect(
        reasonOf(
          FILE,
          withLine(signature, line, () => flipped),
        ),
      ).toMatch(/^signature_(malformed|mismatch)$/);
      refused += 1;
    }
    expect(refused).toBe(lines[line]!.length * 8);
  });

  test('[SG2] of one kind does not stand for the other', () => {
    const legacy = signer.sign(FILE, { algorithm: 'Ed' });
    const relabelled = withLine(legacy, 1, (line) => {
      const bytes = Buffer.from(line, 'base64');
      bytes.write('ED', 0, 'latin1');
      return bytes.toString('base64');
    });
    expect(reasonOf(FILE, relabelled)).toBe('signature_mismatch');
  });

  test('[SG2] with the trusted comment of another signature is refused', () => {
    const other = signer.sign(FILE, { trustedComment: 'timestamp:9999999999' }).split('\n');
    const mixed = withLine(signature, 2, () => other[2]!);
    expect(reasonOf(FILE, mixed)).toBe('signature_mismatch');
  });

  test('[SG3] of another key is refused, also of one with the same name', () => {
    const namesake = createSigner(Buffer.from(signer.keyId, 'hex').reverse());
    expect(namesake.keyId).toBe(signer.keyId);
    expect(reasonOf(FILE, signature, createSigner().keyText)).toBe('signature_mismatch');
    expect(reasonOf(FILE, namesake.sign(FILE))).toBe('signature_mismatch');
  });

  test('[SG3] under the name of another key is refused', () => {
    const renamed = withLine(signature, 1, (line) => {
      const bytes = Buffer.from(line, 'base64');
      bytes.fill(1, 2, 10);
      return bytes.toString('base64');
    });
    expect(reasonOf(FILE, renamed)).toBe('signature_mismatch');
  });

  test.each([
    ['is empty', ''],
    ['lacks its last line', signature.split('\n').slice(0, 3).join('\n')],
    ['has a line too many', `${signature}more\n`],
    ['has an empty line behind', `${signature}\n`],
    ['has no trusted comment', withLine(signature, 2, () => 'comment: x')],
    ['has no untrusted comment', withLine(signature, 0, () => 'signature')],
    ['has a text before it', `\n${signature}`],
    ['is of no known kind', withLine(signature, 1, (line) => `${'RX'}${line.slice(2)}`)],
    ['is short', withLine(signature, 1, (line) => line.slice(4))],
    ['is long', withLine(signature, 1, (line) => `AAAA${line}`)],
    ['has a blank in its base64', withLine(signature, 1, (line) => ` ${line}`)],
    ['lacks the padding of its base64', withLine(signature, 3, (line) => line.replaceAll('=', ''))],
    ['is in base64url', withLine(signature, 1, (line) => `${line.slice(0, -2)}_=`)],
    ['has a half surrogate in its comment', withLine(signature, 2, (line) => `${line}\ud800`)],
    ['is above 8,192 characters', withLine(signature, 0, (line) => line.padEnd(8192, 'x'))],
  ])('[SG4] that %s is malformed', (_, text) => {
    expect(reasonOf(FILE, text)).toBe('signature_malformed');
  });

  test.each([
    ['no text', ''],
    ['a signature', signature],
    ['a short key', signer.keyLine.slice(4)],
    ['a key of another kind', `RX${signer.keyLine.slice(2)}`],
    ['two keys', `${signer.keyLine}\n${signer.keyLine}\n`],
    ['a comment alone', 'untrusted comment: minisign public key\n'],
  ])('[SG4] cannot be checked by %s', (_, key) => {
    expect(reasonOf(FILE, signature, key)).toBe('signature_malformed');
    expect(readMinisignKey(key)).toEqual({ ok: false, reason: 'signature_malformed' });
  });

  test('[SG4] or a key that is no text is malformed', () => {
    expect(verifyMinisign(FILE, 7 as never, signer.keyText).reason).toBe('signature_malformed');
    expect(verifyMinisign(FILE, signature, null as never).reason).toBe('signature_malformed');
    expect(verifyMinisign('text' as never, signature, null as never).reason).toBe('signature_malformed');
  });

  test('[SG5] has untrusted comments that nobody signed, and the key may come without its own', () => {
    const commented = withLine(signature, 0, () => 'untrusted comment: anything at all');
    expect(reasonOf(FILE, commented)).toBe('signature_verified');
    expect(reasonOf(FILE, signature, signer.keyLine)).toBe('signature_verified');
    expect(reasonOf(FILE, signature, `${signer.keyLine}\n`)).toBe('signature_verified');
  });

  test('[SG5] may have lines that end as on Windows, or a last line that does not end', () => {
    expect(reasonOf(FILE, signature.replaceAll('\n', '\r\n'), signer.keyText.replaceAll('\n', '\r\n'))).toBe(
      'signature_verified',
    );
    expect(reasonOf(FILE, signature.trimEnd(), signer.keyText.trimEnd())).toBe('signature_verified');
  });

  test('[SG6] names its key as minisign shows it', () => {
    const { keyText, keyId } = createSigner(Buffer.from('0123456789abcdef', 'hex'));
    expect(keyId).toBe('EFCDAB8967452301');
    expect(readMinisignKey(keyText)).toMatchObject({ ok: true, id: 'EFCDAB8967452301' });
  });
});
