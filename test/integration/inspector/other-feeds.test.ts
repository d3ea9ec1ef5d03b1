import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFileFeed, createRemoteFeed } from '../../../inspector/index.ts';
import { TRACE_LINE_CHARS_MAX } from '../../../machines/trace-line.ts';
import {
  addressOf,
  createScriptedSource,
  linesIn,
  messagesIn,
  stageInspector,
  stepsIn,
  traceRequest,
} from '../../doubles/inspector-stage.ts';
import { askRaw } from '../../doubles/raw-http.ts';
import { settled } from '../../doubles/supervisor-stage.ts';
import { GOLDEN } from '../../doubles/trace-folder.ts';

const stage = stageInspector();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** All that a viewer of this text in a file gets. */
async function viewFile(text: string): Promise<string> {
  const path = join(folder, 'trace.jsonl');
  await writeFile(path, text);
  const viewer = stage.view(await stage.start(await createFileFeed(path)));
  await viewer.ended;
  return viewer.received();
}

describe('a recorded trace', () => {
  test('[IS30] is shown line by line, and told to have ended', async () => {
    const received = await viewFile(GOLDEN);
    expect(linesIn(received)).toEqual(GOLDEN.trimEnd().split('\n'));
    expect(messagesIn(received)).toMatch(/\n\nevent: end\ndata: end\n\n$/);
  });

  test('[IS30] with the line ends of another system is shown as without', async () => {
    expect(linesIn(await viewFile(GOLDEN.replaceAll('\n', '\r\n')))).toEqual(GOLDEN.trimEnd().split('\n'));
  });

  test('[IS31] with a line longer than any of a trace is broken off, and not told to have ended', async () => {
    const received = await viewFile(`${GOLDEN}{"x":"${'x'.repeat(TRACE_LINE_CHARS_MAX)}`);
    expect(linesIn(received).length).toBeGreaterThan(0);
    expect(messagesIn(received)).not.toContain('event: end');
  });

  test('[IS31] that cannot be read is refused, also later when a viewer comes', async () => {
    const path = join(folder, 'gone.jsonl');
    expect(await settled(createFileFeed(path))).toMatchObject({ error: { code: 'trace_unreadable' } });
    await writeFile(path, GOLDEN);
    const inspector = await stage.start(await createFileFeed(path));
    await rm(path);
    expect((await askRaw(addressOf(inspector), traceRequest(inspector))).status).toBe(502);
  });
});

describe('the trace of another inspector', () => {
  test('[IS32] is relayed: ring, live steps and end', async () => {
    const scripted = createScriptedSource();
    scripted.step();
    const origin = await stage.start(scripted.source);
    const relay = await stage.start(await createRemoteFeed(origin.url ?? ''));
    const viewer = stage.view(relay);
    await viewer.until((text) => linesIn(text).length === 3);
    expect(origin.viewers()).toBe(1);
    scripted.step();
    await viewer.until((text) => linesIn(text).length === 4);
    scripted.end();
    await viewer.ended;
    expect(stepsIn(linesIn(viewer.received()))).toEqual([1, 2]);
    expect(messagesIn(viewer.received())).toMatch(/event: end\ndata: end\n\n$/);
    expect(relay.token).not.toBe(origin.token);
  });

  test('[IS32] that breaks off ends the viewer without an end; it can come again once there is one', async () => {
    const scripted = createScriptedSource();
    const origin = await stage.start(scripted.source);
    const relay = await stage.start(await createRemoteFeed(origin.url ?? ''));
    const viewer = stage.view(relay);
    await viewer.until((text) => linesIn(text).length === 2);
    await origin.close();
    await viewer.ended;
    expect(messagesIn(viewer.received())).not.toContain('event: end');
    expect((await askRaw(addressOf(relay), traceRequest(relay))).status).toBe(502);
  });

  test('[IS32] is let go of when nobody looks here, or the relay closes', async () => {
    const scripted = createScriptedSource();
    const origin = await stage.start(scripted.source);
    const relay = await stage.start(await createRemoteFeed(origin.url ?? ''));
    const unheard = () =>
      new Promise<void>((resolve) => {
        const look = () => (origin.viewers() === 0 ? resolve() : setImmediate(look));
        look();
      });
    await unheard();
    for (const leave of [
      (viewer: ReturnType<typeof stage.view>) => viewer.socket.destroy(),
      () => relay.close(),
    ]) {
      const viewer = stage.view(relay);
      await viewer.until((text) => linesIn(text).length === 2);
      expect(origin.viewers()).toBe(1);
      await leave(viewer);
      await unheard();
    }
  });

  test.each([
    [
      'another token',
      (url: string) => url.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      'attach_denied',
    ],
    ['nobody there', (url: string) => url.replace(/:\d+\//, ':1/'), 'attach_unreachable'],
    ['no socket there', (url: string) => url.replace(/^.*#/, 'unix:/no/such.sock#'), 'attach_unreachable'],
  ])('[IS33] %s is told', async (_what, change, code) => {
    const origin = await stage.start(createScriptedSource().source);
    expect(await settled(createRemoteFeed(change(origin.url ?? '')))).toMatchObject({ error: { code } });
  });

  test('[IS33] with as many viewers as may look is told', async () => {
    const origin = await stage.start(createScriptedSource().source, { viewersMax: 1 });
    await stage.view(origin).until((text) => text.includes('data: '));
    expect(await settled(createRemoteFeed(origin.url ?? ''))).toMatchObject({
      error: { code: 'attach_full' },
    });
  });

  test.each<readonly [string, RequestListener]>([
    ['another server', (_, response) => response.end('hello')],
    ['one that knows no such path', (_, response) => response.writeHead(404).end()],
    [
      'one that leads elsewhere',
      (_, response) => response.writeHead(302, { location: 'http://evil.example' }).end(),
    ],
  ])('[IS33] %s is no inspector', async (_what, listener) => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { error } = await settled(createRemoteFeed(`http://127.0.0.1:${port}/#token=${'a'.repeat(64)}`));
    server.close();
    expect(error).toMatchObject({ code: 'attach_other' });
  });
});
