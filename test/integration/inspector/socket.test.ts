import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteFeed, startInspector } from '../../../inspector/index.ts';
import { runFile } from '../../doubles/child-process.ts';
import { followTrace } from '../../doubles/trace-viewer.ts';

const SOURCE = { trace: () => '{"kind":"header","h":"0000000000000000"}\n', traceTo: () => () => undefined };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('an inspector on a socket', () => {
  test('[IS22] is reached by its owner alone, and leaves nothing behind', async () => {
    const socketPath = join(folder, 'own', 'deep', 'llamero.sock');
    const inspector = await startInspector(SOURCE, { socketPath });
    expect(inspector).toMatchObject({ url: null, socketPath });
    expect(await modeOf(socketPath)).toBe(0o600);
    expect(await modeOf(join(folder, 'own', 'deep'))).toBe(0o700);
    const viewer = await followTrace(inspector);
    viewer.leave();
    await inspector.close();
    await expect(stat(join(folder, 'own'))).rejects.toThrow('ENOENT');
  });

  test('[IS22] asks for the token there too', async () => {
    const socketPath = join(folder, 'llamero.sock');
    const inspector = await startInspector(SOURCE, { socketPath });
    await expect(followTrace({ ...inspector, token: '0'.repeat(64) })).rejects.toThrow('refused: 401');
    await inspector.close();
  });

  test('[IS23] takes the place of a socket that a dead process left, and of nothing else', async () => {
    const socketPath = join(folder, 'llamero.sock');
    // A process that is killed leaves its socket.
    await runFile('test/integration/inspector/socket-child.ts', [socketPath], {
      onOutput: (_text, kill) => kill('SIGKILL'),
    });
    expect((await stat(socketPath)).isSocket()).toBe(true);
    const inspector = await startInspector(SOURCE, { socketPath });
    await expect(startInspector(SOURCE, { socketPath })).rejects.toMatchObject({ code: 'socket_in_use' });
    await inspector.close();
    await writeFile(socketPath, 'mine');
    await expect(startInspector(SOURCE, { socketPath })).rejects.toMatchObject({ code: 'socket_unsafe' });
  }, 30_000);

  test('[IS23] refuses a directory that others can enter', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o755);
    await expect(startInspector(SOURCE, { socketPath: join(open, 'x.sock') })).rejects.toMatchObject({
      code: 'socket_unsafe',
      message: expect.stringContaining('chmod 700'),
    });
  });
});

describe('the trace of another process', () => {
  test('[IS24] is relayed from a port and from a socket', async () => {
    const origins = [
      await startInspector(SOURCE),
      await startInspector(SOURCE, { socketPath: join(folder, 'llamero.sock') }),
    ];
    for (const origin of origins) {
      const address = origin.url ?? `unix:${origin.socketPath}#token=${origin.token}`;
      const relay = await startInspector(await createRemoteFeed(address));
      const viewer = await followTrace(relay);
      while (viewer.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(viewer.lines[0]).toContain('"kind":"header"');
      await origin.close();
      // It has to come anew, and is told so by the end of its stream.
      expect(await viewer.over).toBe('dropped');
      await relay.close();
    }
  });

  test.each([
    ['no token', 'http://127.0.0.1:1/', 'invalid_options'],
    ['another machine', `http://10.0.0.1:1/#token=${'a'.repeat(64)}`, 'invalid_options'],
    ['another scheme', `https://127.0.0.1:1/#token=${'a'.repeat(64)}`, 'invalid_options'],
    ['nobody', `http://127.0.0.1:1/#token=${'a'.repeat(64)}`, 'attach_unreachable'],
  ])('[IS25] is refused with a reason where the address names %s', async (_what, address, code) => {
    await expect(createRemoteFeed(address)).rejects.toMatchObject({ code });
  });

  test('[IS25] is refused with a reason where another token is asked for, or another program answers', async () => {
    const origin = await startInspector(SOURCE);
    const address = origin.url!.replace(origin.token, '0'.repeat(64));
    await expect(createRemoteFeed(address)).rejects.toMatchObject({ code: 'attach_denied' });
    await origin.close();
    const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(createRemoteFeed(`http://127.0.0.1:${port}/#token=${'a'.repeat(64)}`)).rejects.toMatchObject(
      {
        code: 'attach_other',
      },
    );
    other.close();
  });
});
