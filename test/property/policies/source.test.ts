import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { validateRedirectUrl, validateSourceUrl } from '../../../policies/source.ts';
import { COMMIT, GOOD_URL, HUB_ENTRY } from '../../unit/policies/source-table.ts';

/** Pieces that mean something to one URL parser or another. */
const PIECES = [
  ...[
    'https',
    'http',
    ':',
    '/',
    '//',
    '\\',
    '@',
    '?',
    '#',
    '.',
    '..',
    '%2e',
    '%2F',
    '%00',
    '[',
    ']',
    '|',
    ' ',
    '\t',
    '\n',
  ],
  ...[
    'huggingface.co',
    'HuggingFace.co',
    'hf.co',
    'cdn.',
    'evil.com',
    'xn--',
    '127.0.0.1',
    '[::1]',
    '0x7f.1',
    '1',
  ],
  ...[
    'org',
    'repo',
    'resolve',
    COMMIT,
    'f.gguf',
    ':443',
    ':0443',
    ':8443',
    'user:pw',
    '\u3002',
    '\u00ad',
    '-',
    '_',
    "'",
    ';',
    '=',
  ],
];
const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(''));

/** A good URL with a few characters changed, dropped or put in. */
const changed = (url: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.nat(url.length),
        fc.nat(2),
        fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 2 })),
      ),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    .map((edits) =>
      edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), url),
    );

const HOP_URL = 'https://cdn-lfs.hf.co/repos/a%2Fb/c?Expires=1&Policy=eyJ~_-';
const hubUrls = fc.oneof(
  changed(GOOD_URL),
  soup,
  soup.map((text) => `https://huggingface.co/${text}`),
);
const hopUrls = fc.oneof(
  changed(HOP_URL),
  soup.map((text) => `https://cdn.hf.co/${text}`),
);

describe('source, however the URL is written', () => {
  test('[SO21] an allowed URL is the one the URL standard reads, on the very host and path', () => {
    fc.assert(
      fc.property(hubUrls, (url) => {
        if (!validateSourceUrl(url, [HUB_ENTRY]).ok) return true;
        const read = new URL(url);
        return (
          read.href === url &&
          read.origin === 'https://huggingface.co' &&
          read.pathname.startsWith(`${HUB_ENTRY.path}/`)
        );
      }),
      { numRuns: 1000, examples: [[GOOD_URL]] },
    );
  });

  test('[SO21] an allowed redirect is the one the URL standard reads, below the very suffix', () => {
    fc.assert(
      fc.property(hopUrls, (url) => {
        if (!validateRedirectUrl(url, ['.hf.co']).ok) return true;
        const read = new URL(url);
        return (
          read.href === url &&
          read.protocol === 'https:' &&
          read.port === '' &&
          read.hostname.endsWith('.hf.co')
        );
      }),
      { numRuns: 1000, examples: [[HOP_URL]] },
    );
  });

  test('[SO4] what the URL standard cannot read is never allowed', () => {
    fc.assert(
      fc.property(
        fc.oneof(hubUrls, fc.string(), fc.webUrl()),
        (url) => URL.canParse(url) || !validateSourceUrl(url, ['huggingface.co']).ok,
      ),
      { numRuns: 1000 },
    );
  });

  test('[SO18] every plain file of the pinned revision is allowed', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}[A-Za-z0-9_]$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        return validateSourceUrl(`https://huggingface.co${HUB_ENTRY.path}/${segments.join('/')}`, [HUB_ENTRY])
          .ok;
      }),
      { numRuns: 300 },
    );
  });

  test('[SO23] a longer allowlist never refuses what a shorter one allows', () => {
    const entry = fc.constantFrom('huggingface.co', 'example.org', HUB_ENTRY, {
      host: 'huggingface.co',
      path: '/other',
    });
    fc.assert(
      fc.property(hubUrls, fc.array(entry, { minLength: 1, maxLength: 4 }), entry, (url, list, more) => {
        return !validateSourceUrl(url, list).ok || validateSourceUrl(url, [...list, more]).ok;
      }),
      {
        numRuns: 500,
        examples: [[GOOD_URL, ['huggingface.co'], { host: 'huggingface.co', path: '/other' }]],
      },
    );
  });
});
