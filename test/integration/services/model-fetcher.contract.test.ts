import { beforeAll, describe, expect, test } from '@jest/globals';
import type { FetchRequest, Transfer } from '../../../services/model-fetcher.ts';
import { createAuthority, type ServerCertificate } from '../../doubles/certificates.ts';
import { FILE } from '../../doubles/fetch-stage.ts';
import { FETCHER_SUBJECTS, type SourceDoes, STRONG } from '../../doubles/fetcher-subjects.ts';

let certificate: ServerCertificate;
beforeAll(async () => {
  certificate = await (await createAuthority()).issue();
});

const SIZE = FILE.length;
const { signal: NEVER } = new AbortController();
const SUPERSEDED = { ok: false, reason: 'start_superseded' };
const END = { ok: true, value: null };

/** A signal that tells how many listen to it. */
function countedSignal() {
  const listeners = new Set<() => void>();
  return {
    listeners,
    aborted: false,
    addEventListener: (_type: 'abort', listener: () => void) => void listeners.add(listener),
    removeEventListener: (_type: 'abort', listener: () => void) => void listeners.delete(listener),
  };
}

async function readAll(transfer: Transfer) {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const read = await transfer.read();
    if (read.ok && read.value !== null) pieces.push(read.value);
    else return { bytes: new Uint8Array(Buffer.concat(pieces)), last: read };
  }
}

/** What the scripted fetcher and the one of HTTPS must do alike, so that what is shown with the one says something of the other. */
describe.each(FETCHER_SUBJECTS)('%s', (_name, openSubject) => {
  const stage = async (does: SourceDoes) => {
    const subject = await openSubject(does, certificate);
    const ask = (changes: Partial<FetchRequest> = {}, signal: typeof NEVER = NEVER) =>
      subject.fetcher.open(
        { url: subject.url, sizeBytes: SIZE, fromBytes: 0, endBytes: SIZE, etag: null, ...changes },
        signal,
      );
    return {
      ...subject,
      ask,
      transfer: async (...asked: Parameters<typeof ask>): Promise<Transfer> => {
        const opened = await ask(...asked);
        if (!opened.ok) throw new Error(opened.reason);
        return opened.value;
      },
    };
  };

  test.each<[string, SourceDoes, Partial<FetchRequest>, number, number]>([
    ['the whole file', { kind: 'serves' }, {}, 0, SIZE],
    ['the beginning of a file', { kind: 'serves' }, { endBytes: 1000 }, 0, 1000],
    ['the rest under its validator', { kind: 'serves' }, { fromBytes: 1000, etag: STRONG }, 1000, SIZE],
    [
      'a part from the middle',
      { kind: 'serves' },
      { fromBytes: 1000, endBytes: 1001, etag: STRONG },
      1000,
      1001,
    ],
    ['the whole of a file that has changed', { kind: 'serves' }, { fromBytes: 1000, etag: '"0"' }, 0, SIZE],
    ['the whole where parts are not served', { kind: 'no-ranges' }, { endBytes: 1000 }, 0, SIZE],
    ['the whole for a rest, likewise', { kind: 'no-ranges' }, { fromBytes: 1000, etag: STRONG }, 0, SIZE],
  ])(
    '[FC1] brings %s, and says where it begins and ends',
    async (_what, does, asked, fromBytes, endBytes) => {
      const { transfer, end } = await stage(does);
      const opened = await transfer(asked);
      expect(opened).toMatchObject({ fromBytes, endBytes, etag: STRONG });
      const { bytes, last } = await readAll(opened);
      expect(Buffer.compare(bytes, FILE.subarray(fromBytes, endBytes))).toBe(0);
      expect(last).toEqual(END);
      expect(await opened.read()).toEqual(END);
      opened.close();
      opened.close();
      expect(await opened.read()).toEqual(END);
      await end();
    },
  );

  test.each([null, 'W/"weak"'])('[FC2] tells no validator where the source has %s', async (etag) => {
    const { transfer, end } = await stage({ kind: 'serves', etag });
    const opened = await transfer();
    expect(opened.etag).toBeNull();
    await readAll(opened);
    opened.close();
    await end();
  });

  test.each<[string, Partial<FetchRequest>]>([
    ['a rest without a validator', { fromBytes: 1000 }],
    ['a rest under a weak validator', { fromBytes: 1000, etag: 'W/"1"' }],
    ['nothing', { fromBytes: 1000, endBytes: 1000, etag: STRONG }],
    ['more than there is', { endBytes: SIZE + 1 }],
  ])('[FC3] does not ask for %s', async (_what, changes) => {
    const { ask, end } = await stage({ kind: 'serves' });
    expect(await ask(changes)).toEqual({ ok: false, reason: 'response_range_mismatch' });
    await end();
  });

  test.each<[string, SourceDoes, string]>([
    ['is not there', { kind: 'gone' }, 'source_unreachable'],
    ['is busy', { kind: 'busy' }, 'source_busy'],
    ['has a file of another size', { kind: 'serves', bytes: FILE.subarray(1) }, 'response_size_mismatch'],
  ])('[FC4] refuses a source that %s', async (_what, does, reason) => {
    const { ask, end } = await stage(does);
    expect(await ask()).toEqual({ ok: false, reason });
    await end();
  });

  test('[FC5] gives what came before a cut, and says again and again that it was cut', async () => {
    const { transfer, end } = await stage({ kind: 'cut', atBytes: 2000 });
    const opened = await transfer();
    const { bytes, last } = await readAll(opened);
    expect(Buffer.compare(bytes, FILE.subarray(0, 2000))).toBe(0);
    expect(last).toEqual({ ok: false, reason: 'transfer_cut' });
    opened.close();
    expect(await opened.read()).toEqual(last);
    await end();
  });

  test('[FC6] asks nothing once aborted', async () => {
    const { ask, fetcher, url, end } = await stage({ kind: 'serves' });
    expect(await ask({}, AbortSignal.abort())).toEqual(SUPERSEDED);
    expect(await fetcher.openFirst(url, AbortSignal.abort())).toEqual(SUPERSEDED);
    await end();
  });

  test('[FC6] gives up a question at its abort', async () => {
    const { ask, asked, end } = await stage({ kind: 'stuck', atBytes: null });
    const controller = new AbortController();
    const opening = ask({}, controller.signal);
    await asked(1);
    controller.abort();
    expect(await opening).toEqual(SUPERSEDED);
    await end();
  });

  test.each(['aborted', 'closed'])('[FC7] ends a read that waits once the transfer is %s', async (how) => {
    const { transfer, end } = await stage({ kind: 'stuck', atBytes: 100 });
    const controller = new AbortController();
    const opened = await transfer({}, controller.signal);
    expect(await opened.read()).toMatchObject({ ok: true, value: { byteLength: 100 } });
    const reading = opened.read();
    if (how === 'aborted') controller.abort();
    else opened.close();
    expect(await reading).toEqual(SUPERSEDED);
    expect(await opened.read()).toEqual(SUPERSEDED);
    opened.close();
    await end();
  });

  test('[FC8] is read by one at a time', async () => {
    const { transfer, end } = await stage({ kind: 'stuck', atBytes: 100 });
    const opened = await transfer();
    await opened.read();
    const reading = opened.read();
    expect(await opened.read()).toEqual({ ok: false, reason: 'internal_error' });
    opened.close();
    expect(await reading).toEqual(SUPERSEDED);
    await end();
  });

  test.each<SourceDoes>([
    { kind: 'serves' },
    { kind: 'cut', atBytes: 10 },
    { kind: 'busy' },
    { kind: 'gone' },
  ])('[FC9] leaves nobody listening to the signal: $kind', async (does) => {
    const { fetcher, url, end } = await stage(does);
    const signal = countedSignal();
    const request = { url, sizeBytes: SIZE, fromBytes: 0, endBytes: SIZE, etag: null };
    const opened = await fetcher.open(request, signal);
    if (opened.ok) {
      await readAll(opened.value);
      opened.value.close();
    }
    expect(signal.listeners.size).toBe(0);
    await end();
  });

  test('[FC10] believes a source about the size of a file that is not pinned yet', async () => {
    const { fetcher, url, end } = await stage({ kind: 'serves' });
    const opened = await fetcher.openFirst(url, NEVER);
    if (!opened.ok) throw new Error(opened.reason);
    expect(opened.value).toMatchObject({ fromBytes: 0, endBytes: SIZE, etag: STRONG });
    const { bytes, last } = await readAll(opened.value);
    expect([Buffer.compare(bytes, FILE), last]).toEqual([0, END]);
    opened.value.close();
    await end();
  });

  test.each<[string, SourceDoes, string]>([
    ['an empty file', { kind: 'serves', bytes: new Uint8Array(0) }, 'response_malformed'],
    ['no answer but that it is busy', { kind: 'busy' }, 'source_busy'],
    ['nobody there', { kind: 'gone' }, 'source_unreachable'],
  ])('[FC10] refuses a first contact with %s', async (_what, does, reason) => {
    const { fetcher, url, end } = await stage(does);
    expect(await fetcher.openFirst(url, NEVER)).toEqual({ ok: false, reason });
    await end();
  });
});
