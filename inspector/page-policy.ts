import { createHash } from 'node:crypto';

/**
 * The content policy of the page: nothing may load but what is already inside. Each inline script and style is
 * allowed by its SHA-256, and the page may talk to where it came from and to nobody else. Strings cannot become
 * markup or code: every sink of the document that would take one is closed.
 */
export function contentPolicyOf(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashesOf(html: string, wanted: 'script' | 'style'): string {
  const hashes = [...html.matchAll(INLINE_ELEMENT)]
    .filter(([, tag]) => tag?.toLowerCase() === wanted)
    .map(([, , content = '']) => `'sha256-${sha256Base64(content)}'`);
  return hashes.length === 0 ? "'none'" : hashes.join(' ');
}

/** One after the other, as a parser goes: what looks like a style inside of a script is a part of the script. */
const INLINE_ELEMENT = /<(script|style)(?:\s[^>]*)?>([\s\S]*?)<\/\1>/gi;

/** A browser hashes what its parser made of the text, where every line ends in one line feed. */
function sha256Base64(content: string): string {
  return createHash('sha256').update(content.replaceAll(/\r\n?/g, '\n')).digest('base64');
}
