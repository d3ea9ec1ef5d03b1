import { Agent } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import { createHttpsFetcher } from '../../../services/https-fetcher.ts';
import type { FetchRequest, Transfer } from '../../../services/model-fetcher.ts';
import { createAuthority } from '../../doubles/certificates.ts';
import { createFetchStage, FILE, fetchAll, PATH } from '../../doubles/fetch-stage.ts';
import type { Behaviour } from '../../doubles/tls-fault-server.ts';
import { pause, reset, script, silence } from '../../doubles/tls-scripts.ts';
import { responseHead, serveFiles } from '../../doubles/tls-serving.ts';

const certificate = await (await createAuthority()).issue();
const { signal: NEVER } = new AbortController();
const NAME = 'models.example.org';
const HEAD = responseHead('200 OK', { 'Content-Length': FILE.length });

async function drain(transfer: Transfer): Promise<void> {
  for (;;) {
    const read = await transfer.read();
    if (!read.ok || read.value === null) return;
  }
}

describe('the HTTPS fetcher', () => {
  test('[FT28] asks for the whole file as it is, and tells nothing of the host', async () => {
    const stage = await createFetchStage({ certificate });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe(null);
    expect(Buffer.compare(fetched.bytes, FILE)).toBe(0);
    expect(stage.source.requests).toMatchObject([
      {
        method: 'GET',
        path: PATH,
        headers: {
          host: stage.source.host,
          'user-agent': 'llamero',
          'accept-encoding': 'identity',
          connection: 'keep-alive',
        },
      },
    ]);
    expect(Object.keys(stage.source.requests[0]!.headers)).toHaveLength(4);
  });

  test('[FT26] asks for a part by Range, and binds a rest to its validator', async () => {
    const stage = await createFetchStage({ certificate });
    const begin = await stage.fetch({ endBytes: 100 });
    const etag = begin.body?.etag ?? null;
    const rest = await stage.fetch({ fromBytes: 100, etag });
    await stage.close();
    expect(Buffer.compare(Buffer.concat([begin.bytes, rest.bytes]), FILE)).toBe(0);
    const [first, second] = stage.source.requests.map(({ headers }) => headers);
    expect([first?.['range'], first?.['if-range']]).toEqual(['bytes=0-99', undefined]);
    expect([second?.['range'], second?.['if-range']]).toEqual(['bytes=100-4999', etag]);
  });

  test('[FT1] begins anew where the file has changed', async () => {
    const stage = await createFetchStage({ certificate });
    const fetched = await stage.fetch({ fromBytes: 100, etag: '"v0"' });
    await stage.close();
    expect(fetched).toMatchObject({ reason: null, body: { fromBytes: 0, endBytes: FILE.length } });
  });

  test.each<[string, Partial<FetchRequest>]>([
    ['a rest without a validator', { fromBytes: 100 }],
    ['a rest under a weak validator', { fromBytes: 100, etag: 'W/"v1"' }],
    ['a rest under a validator that would split the head', { fromBytes: 100, etag: '"a\r\nb: c"' }],
    ['nothing', { endBytes: 0 }],
    ['less than nothing', { fromBytes: 10, endBytes: 5, etag: '"v1"' }],
    ['more than there is', { endBytes: FILE.length + 1 }],
    ['half a byte', { endBytes: 0.5 }],
  ])('[FT26] does not ask for %s', async (_what, changes) => {
    const stage = await createFetchStage({ certificate });
    const fetched = await stage.fetch(changes);
    await stage.close();
    expect(fetched.reason).toBe('response_range_mismatch');
    expect(stage.source.connectionsCount).toBe(0);
  });

  test('[FT14] judges the URL before anything is dialled', async () => {
    const stage = await createFetchStage({ certificate });
    const reasons = await Promise.all(
      [`http://${stage.source.host}/a`, 'https://evil.example/a', stage.source.url('/a?b'), ''].map(
        async (url) => (await stage.fetch({ url })).reason,
      ),
    );
    await stage.close();
    expect(reasons).toEqual([
      'source_scheme',
      'source_host_not_allowed',
      'source_query',
      'source_unparsable',
    ]);
    expect(stage.source.connectionsCount).toBe(0);
  });

  test('[FT17] is refused where nobody listens, and where no name is known', async () => {
    const stage = await createFetchStage({ certificate });
    await stage.close();
    expect((await stage.fetch()).reason).toBe('source_unreachable');
    const nameless = createHttpsFetcher({
      allow: [NAME],
      lookup: (_name, _options, callback) => callback(new Error('no such name'), []),
    });
    const request = stage.ask({ url: `https://${NAME}/a` });
    expect((await fetchAll(nameless, request)).reason).toBe('source_unreachable');
  });

  test.each([
    ['an authority that is none', { ca: 'mistyped' }],
    ['a torn authority', { ca: certificate.ca.replace('MII', 'XII') }],
    ['an authorization that would split the head', { authorization: 'a\r\nb: c' }],
  ])('[FT31] refuses every request where it was given %s', async (_what, options) => {
    const stage = await createFetchStage({ certificate, fetcher: options });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe('options_invalid');
    expect(stage.source.connectionsCount).toBe(0);
  });

  test('[FT34] uses the agent of the host, and still no certificate that was not verified', async () => {
    const careless = new Agent({ rejectUnauthorized: false });
    const careful = new Agent({ ca: certificate.ca });
    for (const [agent, reason, requests] of [
      [careful, null, 1],
      [careless, 'source_certificate_refused', 0],
    ] as const) {
      const stage = await createFetchStage({ certificate, fetcher: { agent } });
      const fetched = await stage.fetch();
      await stage.close();
      expect(fetched.reason).toBe(reason);
      expect(stage.source.requests).toHaveLength(requests);
      agent.destroy();
    }
  });
});

describe('a first contact', () => {
  test('[FT35] brings the whole file, of the size that the source tells', async () => {
    const stage = await createFetchStage({ certificate });
    const opened = await stage.fetcher.openFirst(stage.source.url(PATH), NEVER);
    if (!opened.ok) throw new Error(opened.reason);
    expect(opened.value).toMatchObject({ fromBytes: 0, endBytes: FILE.length });
    await drain(opened.value);
    await stage.close();
  });

  test('[FT35] is judged by URL and head all the same', async () => {
    const stage = await createFetchStage({ certificate, behaviour: script(responseHead('200 OK'), FILE) });
    const reasons = await Promise.all(
      ['https://evil.example/a', stage.source.url(PATH)].map(async (url) => {
        const opened = await stage.fetcher.openFirst(url, NEVER);
        return opened.ok ? null : opened.reason;
      }),
    );
    await stage.close();
    expect(reasons).toEqual(['source_host_not_allowed', 'response_malformed']);
    const unusable = createHttpsFetcher({ allow: [NAME], ca: 'mistyped' });
    expect(await unusable.openFirst(`https://${NAME}/a`, NEVER)).toEqual({
      ok: false,
      reason: 'options_invalid',
    });
    unusable.close();
  });
});

describe('the connections of the fetcher', () => {
  test('[FT24] are kept where a body was read to its end, and used again', async () => {
    const stage = await createFetchStage({ certificate });
    for (let round = 0; round < 3; round += 1) expect((await stage.fetch()).reason).toBe(null);
    expect(stage.source.connectionsCount).toBe(1);
    stage.fetcher.close();
    await stage.source.idle();
    expect((await stage.fetch()).reason).toBe(null);
    await stage.source.idle();
    await stage.close();
    expect(stage.source.connectionsCount).toBe(2);
  });

  test('[FT25] are opened anew where the source gave a kept one up', async () => {
    const good = serveFiles();
    const behaviour: Behaviour = (request, connection) =>
      stage.source.requests.length === 2 ? reset(connection) : good(request, connection);
    const stage = await createFetchStage({ certificate, behaviour });
    expect((await stage.fetch()).reason).toBe(null);
    expect((await stage.fetch()).reason).toBe(null);
    await stage.close();
    expect(stage.source.requests).toHaveLength(3);
    expect(stage.source.connectionsCount).toBe(2);
  });

  test('[FT25] are opened anew where the source gave up every kept one', async () => {
    const good = serveFiles();
    const used = new WeakSet<object>();
    const behaviour: Behaviour = (request, connection) => {
      if (used.has(connection)) return reset(connection);
      used.add(connection);
      return good(request, connection);
    };
    const stage = await createFetchStage({ certificate, behaviour });
    await Promise.all([stage.fetch(), stage.fetch()]);
    expect(stage.source.connectionsCount).toBe(2);
    expect((await stage.fetch()).reason).toBe(null);
    await stage.close();
  });

  test('[FT25] are opened anew once and no more', async () => {
    const good = serveFiles();
    const behaviour: Behaviour = (request, connection) =>
      stage.source.requests.length > 1 ? reset(connection) : good(request, connection);
    const stage = await createFetchStage({ certificate, behaviour });
    expect((await stage.fetch()).reason).toBe(null);
    expect((await stage.fetch()).reason).toBe('source_unreachable');
    await stage.close();
    expect(stage.source.requests).toHaveLength(3);
  });

  test('[FT23] take in no more than a reader takes off', async () => {
    let sentBytes = 0;
    const piece = new Uint8Array(65_536);
    const behaviour = script(responseHead('200 OK', { 'Content-Length': 2 ** 40 }), async (connection) => {
      while (!connection.isClosed) {
        await connection.write(piece);
        sentBytes += piece.length;
      }
    });
    const stage = await createFetchStage({ certificate, behaviour });
    const opened = await stage.fetcher.open(stage.ask({ sizeBytes: 2 ** 40, endBytes: 2 ** 40 }), NEVER);
    if (!opened.ok) throw new Error(opened.reason);
    let before = -1;
    while (before < sentBytes) {
      before = sentBytes;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // The buffers of both ends, and no more.
    expect(sentBytes).toBeLessThan(16 * 2 ** 20);
    opened.value.close();
    await stage.close();
  });
});

describe('an abort', () => {
  const stuckAt: readonly (readonly [string, Behaviour])[] = [
    ['without a first byte', script(silence)],
    ['in the middle of the head', script('HTTP/1.1 200 OK\r\nA: ', silence)],
    ['after the head', script(HEAD, silence)],
    ['in the middle of the body', script(HEAD, FILE.subarray(0, 100), silence)],
    ['after the last byte and before the end', script(responseHead('200 OK'), FILE, silence)],
  ];

  test.each(stuckAt)(
    '[FT22] ends a transfer that is stuck %s, and its connection',
    async (_what, behaviour) => {
      const stage = await createFetchStage({ certificate, behaviour });
      const abort = new AbortController();
      const fetching = stage.fetch({}, abort.signal);
      while (stage.source.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      abort.abort();
      const fetched = await fetching;
      await stage.close();
      expect(fetched.reason).toBe('start_superseded');
    },
  );

  test('[FT22] that came before is answered without a connection', async () => {
    const stage = await createFetchStage({ certificate });
    const fetched = await stage.fetch({}, AbortSignal.abort());
    await stage.close();
    expect(fetched.reason).toBe('start_superseded');
    expect(stage.source.connectionsCount).toBe(0);
  });

  test('[FT22] leaves no listener on the signal, whatever a fetch came to', async () => {
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      addEventListener: (_type: 'abort', listener: () => void) => void listeners.add(listener),
      removeEventListener: (_type: 'abort', listener: () => void) => void listeners.delete(listener),
    };
    for (const behaviour of [serveFiles(), script(), script(HEAD), script(responseHead('404 No'))]) {
      const stage = await createFetchStage({ certificate, behaviour });
      const opened = await stage.fetcher.open(stage.ask(), signal);
      expect(listeners.size).toBe(opened.ok ? 1 : 0);
      if (opened.ok) await drain(opened.value);
      await stage.close();
      expect(listeners.size).toBe(0);
    }
  });
});

describe('a transfer', () => {
  test('[FT32] that has ended says the same again', async () => {
    const stage = await createFetchStage({ certificate });
    const opened = await stage.fetcher.open(stage.ask(), NEVER);
    if (!opened.ok) throw new Error(opened.reason);
    await drain(opened.value);
    opened.value.close();
    expect(await opened.value.read()).toEqual({ ok: true, value: null });
    await stage.close();
  });

  test.each(['closed', 'aborted'])(
    '[FT22] that was %s is superseded, and its connection is gone',
    async (how) => {
      const behaviour = script(HEAD, FILE.subarray(0, 100), silence);
      const stage = await createFetchStage({ certificate, behaviour });
      const abort = new AbortController();
      const opened = await stage.fetcher.open(stage.ask(), abort.signal);
      if (!opened.ok) throw new Error(opened.reason);
      expect(await opened.value.read()).toMatchObject({ ok: true, value: { length: 100 } });
      const reading = opened.value.read();
      if (how === 'aborted') abort.abort();
      else opened.value.close();
      opened.value.close();
      expect(await reading).toEqual({ ok: false, reason: 'start_superseded' });
      expect(await opened.value.read()).toEqual({ ok: false, reason: 'start_superseded' });
      await stage.source.idle();
      await stage.close();
    },
  );

  test('[FT20] gives what came before the cut, however late it is read', async () => {
    const behaviour = script(HEAD, FILE.subarray(0, 100), pause(50), reset);
    const stage = await createFetchStage({ certificate, behaviour });
    const opened = await stage.fetcher.open(stage.ask(), NEVER);
    if (!opened.ok) throw new Error(opened.reason);
    await stage.source.idle();
    expect(await opened.value.read()).toMatchObject({ ok: true, value: { length: 100 } });
    expect(await opened.value.read()).toEqual({ ok: false, reason: 'transfer_cut' });
    expect(await opened.value.read()).toEqual({ ok: false, reason: 'transfer_cut' });
    await stage.close();
  });

  test('[FT33] tells nothing but its reason: no text, no URL, no header', async () => {
    const behaviour = script(
      responseHead('404 secret', { 'X-Secret': 'secret', 'Content-Length': 6 }),
      'secret',
    );
    const stage = await createFetchStage({ certificate, behaviour });
    expect(await stage.fetcher.open(stage.ask(), NEVER)).toEqual({
      ok: false,
      reason: 'source_status_refused',
    });
    await stage.close();
  });

  test('[FT32] is read by one at a time', async () => {
    const stage = await createFetchStage({ certificate, behaviour: script(HEAD, silence) });
    const opened = await stage.fetcher.open(stage.ask(), NEVER);
    if (!opened.ok) throw new Error(opened.reason);
    const first = opened.value.read();
    expect(await opened.value.read()).toEqual({ ok: false, reason: 'internal_error' });
    opened.value.close();
    expect(await first).toEqual({ ok: false, reason: 'start_superseded' });
    await stage.close();
  });
});
