import { Agent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { evaluateFirstContact } from '../../../policies/response.ts';
import { exchange } from '../../../services/https-exchange.ts';
import { createHttpsFetcher } from '../../../services/https-fetcher.ts';
import { isSpecialAddress } from '../../../services/special-addresses.ts';
import { createAuthority } from '../../doubles/certificates.ts';
import { createFetchStage, FILE, fetchAll, PATH } from '../../doubles/fetch-stage.ts';
import { startTlsSource } from '../../doubles/tls-fault-server.ts';

const NAME = 'models.example.org';
const authority = await createAuthority();
const certificate = await authority.issue({ names: [NAME, 'localhost'] });
const { signal: NEVER } = new AbortController();

const resolvingTo =
  (...addresses: readonly string[]): LookupFunction =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('the address of a source', () => {
  test.each([
    ['loopback', ['127.0.0.1']],
    ['loopback of IPv6', ['::1']],
    ['private', ['192.168.1.1']],
    ['one for metadata', ['169.254.169.254']],
    ['public and private', ['8.8.8.8', '10.0.0.1']],
  ])('[FR4] that is %s is not dialled', async (_what, addresses) => {
    const fetcher = createHttpsFetcher({
      allow: [NAME],
      ca: certificate.ca,
      lookup: resolvingTo(...addresses),
    });
    const request = { url: `https://${NAME}/a`, sizeBytes: 1, fromBytes: 0, endBytes: 1, etag: null };
    expect((await fetchAll(fetcher, request)).reason).toBe('source_address_refused');
    fetcher.close();
  });

  test('[FR5] is judged anew with each connection: a name that turns private is refused', async () => {
    const source = await startTlsSource({ files: { [PATH]: FILE }, certificate });
    let asked = 0;
    const lookup: LookupFunction = (name, options, callback) => {
      asked += 1;
      if (asked === 1) callback(new Error('not now'), []);
      else resolvingTo('127.0.0.1')(name, options, callback);
    };
    const fetcher = createHttpsFetcher({ allow: [NAME], ca: certificate.ca, lookup });
    const request = { url: `https://${NAME}${PATH}`, sizeBytes: 1, fromBytes: 0, endBytes: 1, etag: null };
    expect((await fetchAll(fetcher, request)).reason).toBe('source_unreachable');
    expect((await fetchAll(fetcher, request)).reason).toBe('source_address_refused');
    expect(source.connectionsCount).toBe(0);
    await source.close();
  });

  test('[FR6] that was dialled in spite of the lookup is sent nothing', async () => {
    const source = await startTlsSource({ files: { [PATH]: FILE }, certificate });
    const agent = new Agent({ ca: certificate.ca });
    const call = {
      url: source.url(PATH),
      headers: { Authorization: 'Bearer of-a-test' },
      judge: evaluateFirstContact,
      agent,
      refusesAddress: isSpecialAddress,
    };
    expect(await exchange(call, NEVER)).toMatchObject({
      kind: 'failed',
      verdict: { reason: 'source_address_refused' },
    });
    await source.idle();
    await source.close();
    expect(source.connectionsCount).toBe(1);
    expect(source.requests).toEqual([]);
  });

  test('[FR7] may be private where the host says so, by name or by itself', async () => {
    const stage = await createFetchStage({
      certificate,
      fetcher: { allow: [NAME, 'localhost', '127.0.0.1'], lookup: resolvingTo('127.0.0.1') },
    });
    const { port } = stage.source;
    for (const host of [NAME, 'localhost', '127.0.0.1']) {
      expect((await stage.fetch({ url: `https://${host}:${port}${PATH}` })).reason).toBe(null);
    }
    await stage.close();
  });

  test('[FR7] is refused as a host where private ones are not allowed', async () => {
    const stage = await createFetchStage({ certificate, fetcher: { privateAddresses: false } });
    expect((await stage.fetch()).reason).toBe('allowlist_malformed');
    await stage.close();
    expect(stage.source.connectionsCount).toBe(0);
  });
});
