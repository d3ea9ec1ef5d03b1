import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../../policies/reasons.ts';
import { validateRedirectUrl, validateSourceUrl } from '../../../policies/source.ts';
import { JUNK } from '../../doubles/junk.ts';
import { HUB_ENTRY, SOURCE_ROWS } from './source-table.ts';

const PRIVATE = { privateHosts: true };
const judge = (url: string, entry: unknown): Reason => validateSourceUrl(url, [entry], PRIVATE).reason;

describe('a host of a private network', () => {
  test.each([
    ['FR8', 'a host and any port', 'https://mirror.lan:8443/a', 'mirror.lan'],
    ['FR8', 'a host and the default port', 'https://mirror.lan/a', 'mirror.lan'],
    ['FR8', 'a host and its port', 'https://mirror.lan:8443/a', 'mirror.lan:8443'],
    ['FR8', 'the default port, spelt out on the list', 'https://mirror.lan/a', 'mirror.lan:443'],
    ['FR8', 'the highest port', 'https://mirror.lan:65535/a', 'mirror.lan:65535'],
    [
      'FR8',
      'a path below a host with a port',
      'https://mirror.lan:8443/a/b',
      { host: 'mirror.lan:8443', path: '/a' },
    ],
    ['FR9', 'a single label', 'https://localhost:8443/a', 'localhost'],
    ['FR9', 'an IPv4 address', 'https://127.0.0.1/a', '127.0.0.1'],
    ['FR9', 'an IPv4 address with a port', 'https://10.0.0.255:8443/a', '10.0.0.255:8443'],
    ['FR9', 'an IPv6 address', 'https://[::1]:8443/a', '[::1]'],
    ['FR9', 'an IPv6 address with a port', 'https://[fd00::1:0:0:1]:8443/a', '[fd00::1:0:0:1]:8443'],
    ['FR9', 'an IPv6 address without zeros', 'https://[1:2:3:4:5:6:7:8]/a', '[1:2:3:4:5:6:7:8]'],
    ['FR9', 'an IPv6 address with one zero', 'https://[1:0:3:4:5:6:7:8]/a', '[1:0:3:4:5:6:7:8]'],
    ['FR9', 'the first of two equal runs left out', 'https://[1::4:0:0:7:8]/a', '[1::4:0:0:7:8]'],
    ['FR9', 'no address at all', 'https://[::]/a', '[::]'],
  ])('[%s] is allowed: %s', (_id, _what, url, entry) => {
    expect(judge(url, entry)).toBe('source_allowed');
    expect(new URL(url).href).toBe(url);
    if (typeof entry === 'string')
      expect(validateRedirectUrl(url, [entry], PRIVATE).reason).toBe('source_allowed');
  });

  test.each<[string, string, string, unknown, Reason]>([
    ['FR8', 'another port', 'https://mirror.lan:8444/a', 'mirror.lan:8443', 'source_host_not_allowed'],
    ['FR8', 'no port', 'https://mirror.lan/a', 'mirror.lan:8443', 'source_host_not_allowed'],
    ['FR8', 'port 0', 'https://mirror.lan:0/a', 'mirror.lan', 'source_port'],
    ['FR8', 'the default port spelt out', 'https://mirror.lan:443/a', 'mirror.lan', 'source_not_canonical'],
    ['FR8', 'a port with a zero before', 'https://mirror.lan:08443/a', 'mirror.lan', 'source_not_canonical'],
    ['FR8', 'a port too high', 'https://mirror.lan:65536/a', 'mirror.lan', 'source_unparsable'],
    ['FR8', 'an entry with port 0', 'https://mirror.lan/a', 'mirror.lan:0', 'allowlist_malformed'],
    [
      'FR8',
      'an entry with a port too high',
      'https://mirror.lan/a',
      'mirror.lan:65536',
      'allowlist_malformed',
    ],
    ['FR8', 'an entry with an empty port', 'https://mirror.lan/a', 'mirror.lan:', 'allowlist_malformed'],
    ['FR8', 'an entry with two ports', 'https://mirror.lan/a', 'mirror.lan:1:2', 'allowlist_malformed'],
    [
      'FR8',
      'an entry with a port that is no number',
      'https://mirror.lan/a',
      'mirror.lan:x',
      'allowlist_malformed',
    ],
    ['FR9', 'another label', 'https://localhost/a', 'mirror', 'source_host_not_allowed'],
    ['FR9', 'another address', 'https://127.0.0.1/a', '127.0.0.2', 'source_host_not_allowed'],
    ['FR9', 'an address for its name', 'https://127.0.0.1/a', 'localhost', 'source_host_not_allowed'],
    ['FR9', 'a short address', 'https://127.1/a', '127.0.0.1', 'source_host_form'],
    ['FR9', 'an address in hex', 'https://0x7f.0.0.1/a', '127.0.0.1', 'source_host_form'],
    ['FR9', 'an address in octal', 'https://0177.0.0.1/a', '127.0.0.1', 'source_host_form'],
    ['FR9', 'an address as one number', 'https://2130706433/a', '127.0.0.1', 'source_host_form'],
    ['FR9', 'an address with a part too high', 'https://127.0.0.256/a', '127.0.0.1', 'source_host_form'],
    ['FR9', 'an IPv6 address at full length', 'https://[0:0:0:0:0:0:0:1]/a', '[::1]', 'source_host_form'],
    ['FR9', 'zeros before', 'https://[::0001]/a', '[::1]', 'source_host_form'],
    ['FR9', 'one zero left out', 'https://[1::3:4:5:6:7:8]/a', '[::1]', 'source_host_form'],
    ['FR9', 'the second of two equal runs left out', 'https://[1:0:0:4::7:8]/a', '[::1]', 'source_host_form'],
    ['FR9', 'two runs left out', 'https://[1::2::3]/a', '[::1]', 'source_host_form'],
    ['FR9', 'too few groups', 'https://[1:2:3]/a', '[::1]', 'source_host_form'],
    ['FR9', 'too many groups', 'https://[1:2:3:4:5:6:7:8:9]/a', '[::1]', 'source_host_form'],
    ['FR9', 'an IPv4 address within', 'https://[::ffff:127.0.0.1]/a', '[::1]', 'source_host_form'],
    ['FR9', 'a shouted IPv6 address', 'https://[FD00::1]/a', '[fd00::1]', 'source_not_canonical'],
    ['FR9', 'punycode', 'https://xn--e1afmkfd/a', 'localhost', 'source_host_form'],
    ['FR9', 'an entry that is no canonical address', 'https://127.0.0.1/a', '127.1', 'allowlist_malformed'],
    ['FR9', 'an entry with a bare IPv6 address', 'https://[::1]/a', '::1', 'allowlist_malformed'],
    ['FR10', 'http', 'http://localhost/a', 'localhost', 'source_scheme'],
    ['FR10', 'credentials', 'https://user@localhost/a', 'localhost', 'source_userinfo'],
    ['FR10', 'a query', 'https://localhost/a?b', 'localhost', 'source_query'],
    ['FR10', 'a fragment', 'https://localhost/a#b', 'localhost', 'source_fragment'],
    ['FR10', 'an escaped path', 'https://localhost/%61', 'localhost', 'source_path_charset'],
    ['FR10', 'another path', 'https://localhost/b', { host: 'localhost', path: '/a' }, 'source_path_scope'],
    [
      'FR10',
      'a branch of the hub',
      'https://huggingface.co:8443/o/r/resolve/main/f',
      'huggingface.co',
      'source_revision_not_pinned',
    ],
  ])('[%s] is refused: %s', (_id, _what, url, entry, reason) => {
    expect(judge(url, entry)).toBe(reason);
  });

  test('[FR8] is below no suffix that a redirect may lead to', () => {
    const hop = (url: string, ...hops: readonly string[]): Reason =>
      validateRedirectUrl(url, hops, PRIVATE).reason;
    expect(hop('https://cdn.hf.co/a', '.hf.co')).toBe('source_allowed');
    expect(hop('https://cdn.hf.co:8443/a', '.hf.co')).toBe('source_host_not_allowed');
    expect(hop('https://cdn.hf.co:8443/a', '.hf.co', 'cdn.hf.co:8443')).toBe('source_allowed');
    expect(hop('https://127.0.0.1/a', '.0.0.1')).toBe('allowlist_malformed');
    expect(hop('https://a.localhost/a', '.localhost')).toBe('allowlist_malformed');
  });

  test('[FR10] changes nothing for the hosts of the table', () => {
    const judged = SOURCE_ROWS.map(([, what, url]) => [
      what,
      validateSourceUrl(url, [HUB_ENTRY], PRIVATE).reason,
    ]);
    // A port and an address are well-formed here, and still of a host that is not on the list.
    const loosened = SOURCE_ROWS.map(([, what, , reason]) => [
      what,
      judged.some(([other, found]) => other === what && found === 'source_host_not_allowed') &&
      reason === 'source_host_form'
        ? 'source_host_not_allowed'
        : reason,
    ]);
    expect(judged.filter(([what]) => what !== 'another port')).toEqual(
      loosened.filter(([what]) => what !== 'another port'),
    );
  });

  test.each([
    ['another port', 'https://mirror.lan:8443/a', 'mirror.lan', 'source_port'],
    ['an entry with a port', 'https://mirror.lan/a', 'mirror.lan:8443', 'allowlist_malformed'],
    ['a single label', 'https://localhost/a', 'localhost', 'allowlist_malformed'],
    ['an address', 'https://127.0.0.1/a', '127.0.0.1', 'allowlist_malformed'],
  ])('[FR11] is refused unless private hosts are allowed: %s', (_what, url, entry, reason) => {
    for (const options of [undefined, {}, { privateHosts: false }]) {
      expect(validateSourceUrl(url, [entry], options).reason).toBe(reason);
      expect(validateRedirectUrl(url, [entry], options).reason).toBe(reason);
    }
  });

  test.each(JUNK)('[FR11] is refused, and nothing throws, where the options are $name', ({ make }) => {
    const url = 'https://localhost/a';
    expect(validateSourceUrl(url, ['localhost'], make() as never).ok).toBe(false);
    expect(validateRedirectUrl(url, ['localhost'], { privateHosts: make() } as never).ok).toBe(
      make() === true,
    );
  });
});
