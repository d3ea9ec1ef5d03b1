/**
 * The 256 characters that stand for the 256 bytes in a GPT-2 vocabulary: a printable byte stands for itself,
 * the others take the characters from U+0100 on, so that no token's text holds a space or a control character.
 */
export function byteSymbols(): readonly string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : next++));
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}
