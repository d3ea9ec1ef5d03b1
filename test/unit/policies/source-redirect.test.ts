import { describe, expect, test } from '@jest/globals';
import { validateRedirectUrl } from '../../../policies/source.ts';
import { SOURCE_ROWS } from './source-table.ts';

const HOPS = ['.hf.co', 'huggingface.co'];
const SIGNED =
  '?X-Amz-Expires=3600&Policy=eyJ~_-&response-content-disposition=inline%3B%20filename%3D%22f%22';

describe('validateRedirectUrl', () => {
  test.each([
    ['SO19', 'a name below the suffix', 'https://cdn-lfs.hf.co/repos/a', 'source_allowed'],
    ['SO19', 'a name deep below it', 'https://us.aws.cdn.hf.co/repos/a', 'source_allowed'],
    ['SO19', 'an exact host', 'https://huggingface.co/repos/a', 'source_allowed'],
    ['SO19', 'a name below an exact host', 'https://cdn.huggingface.co/a', 'source_host_not_allowed'],
    ['SO19', 'the suffix itself', 'https://hf.co/a', 'source_host_not_allowed'],
    ['SO19', 'a name that only ends alike', 'https://xhf.co/a', 'source_host_not_allowed'],
    ['SO19', 'the suffix as a prefix', 'https://cdn.hf.co.evil.com/a', 'source_host_not_allowed'],
    ['SO20', 'a signed query', `https://cdn.hf.co/a/b${SIGNED}`, 'source_allowed'],
    ['SO20', 'a bare question mark', 'https://cdn.hf.co/a?', 'source_allowed'],
    ['SO20', 'escapes in the path', 'https://cdn.hf.co/a%2Fb%20c', 'source_allowed'],
    ['SO20', 'a path of one slash', 'https://cdn.hf.co/', 'source_allowed'],
    ['SO20', 'a quote in the query, which parsers escape', "https://cdn.hf.co/a?x='", 'source_query'],
    ['SO20', 'half an escape in the query', 'https://cdn.hf.co/a?x=%2', 'source_query'],
    ['SO20', 'an escaped line feed in the path', 'https://cdn.hf.co/a%0Ab', 'source_path_charset'],
    ['SO20', 'an escaped NUL in the path', 'https://cdn.hf.co/a%00', 'source_path_charset'],
    ['SO20', 'half an escape in the path', 'https://cdn.hf.co/a%2', 'source_path_charset'],
    ['SO20', 'an 8,193rd character', `https://cdn.hf.co/${'a'.repeat(8193 - 18)}`, 'source_too_long'],
    ['SO20', 'the 8,192nd character', `https://cdn.hf.co/${'a'.repeat(8192 - 18)}`, 'source_allowed'],
    ['SO20', 'a fragment', 'https://cdn.hf.co/a#x', 'source_fragment'],
    ['SO20', 'a relative address', '/org/renamed/resolve/main/f.gguf', 'source_unparsable'],
    ['SO20', 'an address without its scheme', '//evil.com/a', 'source_unparsable'],
    ['SO20', 'nothing', '', 'source_unparsable'],
    ['SO20', 'http on an allowed host', 'http://cdn.hf.co/a', 'source_scheme'],
    ['SO20', 'credentials', 'https://user:pw@cdn.hf.co/a', 'source_userinfo'],
    ['SO20', 'another port', 'https://cdn.hf.co:8443/a', 'source_port'],
    ['SO20', 'dot segments', 'https://cdn.hf.co/a/../b', 'source_not_canonical'],
    ['SO20', 'two addresses in one header', 'https://cdn.hf.co/a, https://cdn.hf.co/b', 'source_charset'],
    ['SO20', 'two headers', ['https://cdn.hf.co/a', 'https://cdn.hf.co/b'], 'source_not_string'],
    ['SO20', 'an address by number', 'https://10.0.0.5/a', 'source_host_form'],
  ] as const)('[%s] %s', (_rule, _what, url, reason) => {
    expect(validateRedirectUrl(url, HOPS).reason).toBe(reason);
  });

  test.each([
    ['SO16', 'an empty list', [], 'allowlist_empty'],
    ['SO17', 'a top-level suffix', ['.co'], 'allowlist_malformed'],
    ['SO17', 'a lone dot', ['.'], 'allowlist_malformed'],
    ['SO17', 'two leading dots', ['..hf.co'], 'allowlist_malformed'],
    ['SO17', 'a wildcard', ['*.hf.co'], 'allowlist_malformed'],
    ['SO17', 'an entry with a path', [{ host: 'cdn.hf.co' }], 'allowlist_malformed'],
    ['SO17', 'a host as an object', [Object('cdn.hf.co')], 'allowlist_malformed'],
    ['SO17', 'no list', null, 'allowlist_malformed'],
  ] as const)('[%s] %s', (_rule, _what, allowlist, reason) => {
    expect(validateRedirectUrl('https://cdn.hf.co/a', allowlist).reason).toBe(reason);
  });

  test('[SO20] what is refused as a source for its host or its writing is refused as a redirect too', () => {
    const parts = ['SO1', 'SO3', 'SO4', 'SO5', 'SO6', 'SO7', 'SO8', 'SO10', 'SO11'];
    const rows = SOURCE_ROWS.filter(([rule]) => parts.includes(rule));
    const wrong = rows.filter(([, , url, reason]) => validateRedirectUrl(url, HOPS).reason !== reason);
    expect(wrong).toEqual([]);
  });
});
