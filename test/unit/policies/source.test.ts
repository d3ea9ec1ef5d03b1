import { describe, expect, test } from '@jest/globals';
import { validateSourceUrl } from '../../../policies/source.ts';
import { readHopAllowlist, readSourceAllowlist } from '../../../policies/source-allowlist.ts';
import { isSignedPath } from '../../../policies/source-grammar.ts';
import { parseSourceUrl } from '../../../policies/source-parse.ts';
import { COMMIT, GOOD_URL, HUB_ENTRY, SOURCE_ROWS } from './source-table.ts';

const numbered = SOURCE_ROWS.map(
  ([rule, what, url, reason], index) => [rule, index + 1, what, reason, url] as const,
);

describe('the table of URLs', () => {
  test('[SO18] has all of its 112 rows', () => {
    expect(SOURCE_ROWS).toHaveLength(112);
  });

  test.each(numbered)('[%s] row %i, %s: %s', (_rule, _row, _what, reason, url) => {
    expect(validateSourceUrl(url, [HUB_ENTRY])).toEqual({ ok: reason === 'source_allowed', reason });
  });
});

describe('the edges of the grammar', () => {
  const good = 'https://models.example.org/a/b.gguf';
  const list = ['models.example.org'];

  test.each([
    ['SO2', 'the longest URL', `https://models.example.org/${'a'.repeat(2048 - 27)}`, 'source_allowed'],
    ['SO2', 'one character more', `https://models.example.org/${'a'.repeat(2048 - 26)}`, 'source_too_long'],
    ['SO4', 'an unclosed bracket', 'https://[::1/a', 'source_unparsable'],
    ['SO4', 'an address by number that is none', 'https://[zz]/a', 'source_unparsable'],
    ['SO4', 'a port that is no number', 'https://models.example.org:80x/a', 'source_unparsable'],
    ['SO4', 'a user and a port beyond all', 'https://u@models.example.org:65536/a', 'source_unparsable'],
    ['SO7', 'a shouted scheme', 'HTTPS://models.example.org/a', 'source_not_canonical'],
    ['SO7', 'a port with a leading zero', 'https://models.example.org:08443/a', 'source_not_canonical'],
    ['SO4', 'a user without a host', 'https://user@/a', 'source_unparsable'],
    ['SO4', 'a port without a host', 'https://:443/a', 'source_unparsable'],
    ['SO4', 'half an escape in the host', 'https://models%2.example.org/a', 'source_unparsable'],
    ['SO7', 'no path', 'https://models.example.org', 'source_not_canonical'],
    ['SO7', 'a single dot segment', 'https://models.example.org/./a', 'source_not_canonical'],
    ['SO7', 'a half-escaped dot segment', 'https://models.example.org/.%2E/a', 'source_not_canonical'],
    ['SO6', 'two at signs', 'https://a@b@models.example.org/a', 'source_userinfo'],
    ['SO8', 'port 0', 'https://models.example.org:0/a', 'source_port'],
    ['SO9', 'a bare hash', `${good}#`, 'source_fragment'],
    ['SO10', 'an underscore in the host', 'https://models_.example.org/a', 'source_host_form'],
    ['SO10', 'a label that ends in a dash', 'https://models-.example.org/a', 'source_host_form'],
    ['SO10', 'an empty label', 'https://models..example.org/a', 'source_host_form'],
    ['SO10', 'punycode in an inner label', 'https://models.xn--e1afmkfd.org/a', 'source_host_form'],
    ['SO10', 'a name of 254 characters', `https://${'a.'.repeat(125)}abcd/a`, 'source_host_form'],
    ['SO11', 'a name of 253 characters', `https://${'a.'.repeat(125)}abc/a`, 'source_host_not_allowed'],
    ['SO8', 'the highest port', 'https://models.example.org:65535/a', 'source_port'],
    ['SO12', 'no file', 'https://models.example.org/', 'source_path_charset'],
    ['SO12', 'a segment that ends in a dot', 'https://models.example.org/a./b', 'source_path_charset'],
    ['SO12', 'a segment that begins with a dash', 'https://models.example.org/-rf', 'source_path_charset'],
    ['SO12', 'a colon in a segment', 'https://models.example.org/c:x', 'source_path_charset'],
    ['SO18', 'a segment of one letter', 'https://models.example.org/a', 'source_allowed'],
  ] as const)('[%s] %s', (_rule, _what, url, reason) => {
    expect(validateSourceUrl(url, list).reason).toBe(reason);
  });
});

/** As good as an entry, but no plain object: what else it may do nobody knows. */
class OddEntry {
  host = 'huggingface.co';
}

describe('what an allowlist allows', () => {
  test.each([
    ['SO16', 'an empty list', [], 'allowlist_empty'],
    ['SO17', 'no list', undefined, 'allowlist_malformed'],
    ['SO17', 'a string', 'huggingface.co', 'allowlist_malformed'],
    ['SO17', 'a set', new Set(['huggingface.co']), 'allowlist_malformed'],
    ['SO17', 'a hole', new Array(1), 'allowlist_malformed'],
    ['SO17', 'a shouted host', ['HuggingFace.co'], 'allowlist_malformed'],
    ['SO17', 'a host of one label', ['localhost'], 'allowlist_malformed'],
    ['SO17', 'an address', ['127.0.0.1'], 'allowlist_malformed'],
    ['SO17', 'a wildcard', ['*.huggingface.co'], 'allowlist_malformed'],
    ['SO17', 'a suffix, which only redirects know', ['.huggingface.co'], 'allowlist_malformed'],
    ['SO17', 'a URL', ['https://huggingface.co'], 'allowlist_malformed'],
    ['SO17', 'an object that counts its entries', { length: 1, 0: 'huggingface.co' }, 'allowlist_malformed'],
    ['SO17', 'a host as an object', [{ host: Object('huggingface.co') }], 'allowlist_malformed'],
    ['SO17', 'an instance of a class', [new OddEntry()], 'allowlist_malformed'],
    [
      'SO17',
      'a path as an object',
      [{ host: 'huggingface.co', path: Object('/org') }],
      'allowlist_malformed',
    ],
    ['SO17', 'a path without a host', [{ path: '/org' }], 'allowlist_malformed'],
    ['SO17', 'a host that is no text', [{ host: ['huggingface.co'] }], 'allowlist_malformed'],
    ['SO18', 'as many entries as are read', new Array(1024).fill('huggingface.co'), 'source_allowed'],
    ['SO17', 'a misspelt path', [{ host: 'huggingface.co', paths: '/org' }], 'allowlist_malformed'],
    ['SO17', 'a path without its slash', [{ host: 'huggingface.co', path: 'org' }], 'allowlist_malformed'],
    [
      'SO17',
      'a path with a trailing slash',
      [{ host: 'huggingface.co', path: '/org/' }],
      'allowlist_malformed',
    ],
    ['SO17', 'a path that climbs', [{ host: 'huggingface.co', path: '/org/../x' }], 'allowlist_malformed'],
    ['SO17', 'a branch', [{ host: 'huggingface.co', path: '/org/repo/resolve/main' }], 'allowlist_malformed'],
    [
      'SO17',
      'a page of the hub',
      [{ host: 'huggingface.co', path: '/org/repo/blob' }],
      'allowlist_malformed',
    ],
    ['SO17', 'one bad entry among good ones', ['huggingface.co', null], 'allowlist_malformed'],
    ['SO17', 'more entries than are read', new Array(1025).fill('huggingface.co'), 'allowlist_malformed'],
    ['SO18', 'the host alone', ['huggingface.co'], 'source_allowed'],
    ['SO18', 'the host with an absent path', [{ host: 'huggingface.co', path: undefined }], 'source_allowed'],
    [
      'SO18',
      'an entry that inherits from nothing',
      [Object.assign(Object.create(null), { host: 'huggingface.co' })],
      'source_allowed',
    ],
    ['SO18', 'the organisation', [{ host: 'huggingface.co', path: '/org' }], 'source_allowed'],
    ['SO18', 'the repository', [{ host: 'huggingface.co', path: '/org/repo' }], 'source_allowed'],
    ['SO18', 'the very file', [{ ...HUB_ENTRY, path: `${HUB_ENTRY.path}/f.gguf` }], 'source_allowed'],
    ['SO13', 'another file', [{ ...HUB_ENTRY, path: `${HUB_ENTRY.path}/g.gguf` }], 'source_path_scope'],
    ['SO13', 'half a segment', [{ host: 'huggingface.co', path: '/or' }], 'source_path_scope'],
    ['SO13', 'a longer path', [{ ...HUB_ENTRY, path: `${HUB_ENTRY.path}/f.gguf/x` }], 'source_path_scope'],
    ['SO11', 'another host', ['example.org'], 'source_host_not_allowed'],
    ['SO11', 'a parent domain', ['face.co'], 'source_host_not_allowed'],
    [
      'SO18',
      'a second entry that fits',
      [{ host: 'huggingface.co', path: '/other' }, HUB_ENTRY],
      'source_allowed',
    ],
  ] as const)('[%s] %s', (_rule, _what, allowlist, reason) => {
    expect(validateSourceUrl(GOOD_URL, allowlist).reason).toBe(reason);
  });

  test('[SO22] the entry that came closest gives the reason', () => {
    const other = `https://huggingface.co/org/repo/resolve/${'a'.repeat(40)}/f.gguf`;
    const list = [{ host: 'huggingface.co', path: '/other' }, HUB_ENTRY];
    expect(validateSourceUrl(other, list).reason).toBe('source_revision_other');
    expect(validateSourceUrl(other, [...list].reverse()).reason).toBe('source_revision_other');
  });

  test('[SO13] another host is bound to its path by whole segments and to no revision', () => {
    const list = [{ host: 'models.example.org', path: '/files/v1' }];
    expect(validateSourceUrl('https://models.example.org/files/v1/m.gguf', list).reason).toBe(
      'source_allowed',
    );
    expect(validateSourceUrl('https://models.example.org/files/v10/m.gguf', list).reason).toBe(
      'source_path_scope',
    );
    expect(validateSourceUrl('https://models.example.org/files', list).reason).toBe('source_path_scope');
    const deep = [{ host: 'models.example.org', path: '/a/b/c/d' }];
    expect(validateSourceUrl('https://models.example.org/a/b/c/d/m.gguf', deep).reason).toBe(
      'source_allowed',
    );
  });

  test('[SO13] the hub has no other way to a file, however wide the entry', () => {
    const page = `https://huggingface.co/org/repo/blob/${COMMIT}/f.gguf`;
    expect(validateSourceUrl(page, ['huggingface.co']).reason).toBe('source_path_scope');
  });

  test('[SO14] the hub needs a pinned revision whatever the entry says', () => {
    const url = 'https://huggingface.co/org/repo/resolve/main/f.gguf';
    expect(validateSourceUrl(url, ['huggingface.co']).reason).toBe('source_revision_not_pinned');
    expect(
      validateSourceUrl(`https://huggingface.co/org/repo/resolve/${COMMIT}`, ['huggingface.co']).reason,
    ).toBe('source_path_scope');
  });

  test('[SO16] an empty list is told before anything about the URL', () => {
    expect(validateSourceUrl(null, []).reason).toBe('allowlist_empty');
  });
});

describe('the parts of the judgement by themselves', () => {
  test('[SO4] a URL without a scheme or with half a bracket is told unparsable', () => {
    const unparsable = { ok: false, reason: 'source_unparsable' };
    expect(parseSourceUrl('models.example.org/a', 100)).toEqual(unparsable);
    expect(parseSourceUrl('https://[::1/a', 100)).toEqual(unparsable);
  });

  test('[SO20] a query is cut out without its question mark', () => {
    expect(parseSourceUrl('https://cdn.hf.co/a?b=1?#', 100)).toEqual({
      ok: true,
      url: { host: 'cdn.hf.co', port: null, path: '/a', query: 'b=1?', hasFragment: true },
    });
  });

  test('[SO20] a free path begins with a slash', () => {
    expect([isSignedPath('/a%2Fb'), isSignedPath('a%2Fb')]).toEqual([true, false]);
  });

  test('[SO18] an allowlist is read into its entries and nothing else', () => {
    expect(readSourceAllowlist(['example.org', { host: 'huggingface.co', path: '/org/repo' }])).toEqual({
      ok: true,
      entries: [
        { host: 'example.org', port: null, pathSegments: [] },
        { host: 'huggingface.co', port: null, pathSegments: ['org', 'repo'] },
      ],
    });
    expect(readHopAllowlist(['.hf.co', 'example.org'])).toEqual({
      ok: true,
      entries: [
        { host: '.hf.co', isSuffix: true, port: null },
        { host: 'example.org', isSuffix: false, port: null },
      ],
    });
  });
});
