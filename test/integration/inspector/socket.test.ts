import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteFeed } from '../../../inspector/index.ts';
import {
  addressOf,
  createScriptedSource,
  linesIn,
  stageInspector,
  traceRequest,
} from '../../doubles/inspector-stage.ts';
import { askRaw } from '../../doubles/raw-http.ts';
import { settled } from '../../doubles/supervisor-stage.ts';

const stage = stageInspector();
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (socketPath: string) => stage.start(createScriptedSource().source, { socketPath });
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('a socket', () => {
  test('[IS46] is this user’s alone, in a directory that is, and both go when it closes', async () => {
    const socketPath = join(folder, 'own', 'llamero.sock');
    const inspector = await start(socketPath);
    expect([await modeOf(socketPath), await modeOf(join(folder, 'own'))]).toEqual([0o600, 0o700]);
    expect(inspector).toMatchObject({ url: null, socketPath });
    await inspector.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('[IS9] asks for the token too, and for the host localhost', async () => {
    const inspector = await start(join(folder, 's'));
    const viewer = stage.view(inspector);
    expect(await viewer.until((text) => linesIn(text).length === 2)).toContain('200 OK');
    const ask = (text: string) => askRaw(addressOf(inspector), text);
    expect((await ask(traceRequest(inspector).replace(inspector.token, 'a'.repeat(64)))).status).toBe(401);
    expect((await ask(traceRequest(inspector).replace('localhost', 'evil.example'))).status).toBe(421);
  });

  test('[IS32] can be attached to', async () => {
    const origin = await start(join(folder, 's'));
    const relay = await stage.start(
      await createRemoteFeed(`unix:${origin.socketPath}#token=${origin.token}`),
    );
    await stage.view(relay).until((text) => linesIn(text).length === 2);
  });

  test('[IS46] that a dead process left is replaced, and one that somebody listens at is not', async () => {
    const socketPath = join(folder, 's');
    const script = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await new Promise((resolve) => spawn(process.execPath, ['-e', script]).once('close', resolve));
    expect((await stat(socketPath)).isSocket()).toBe(true);
    const inspector = await start(socketPath);
    expect(await settled(start(socketPath))).toMatchObject({ error: { code: 'socket_in_use' } });
    expect((await askRaw(addressOf(inspector), traceRequest(inspector, 'HEAD'))).status).toBe(200);
  });

  test('[IS46] takes the place of nothing else', async () => {
    const socketPath = join(folder, 'file');
    await writeFile(socketPath, 'precious');
    expect(await settled(start(socketPath))).toMatchObject({ error: { code: 'socket_unsafe' } });
    expect((await stat(socketPath)).size).toBe(8);
  });

  test('[IS46] in a directory that others reach is refused, and says what to do', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o755);
    const { error } = await settled(start(join(open, 's')));
    expect(error).toMatchObject({ code: 'socket_unsafe', message: expect.stringContaining('chmod 700') });
    expect(await readdir(open)).toEqual([]);
  });

  test('[IS17] that cannot be made is told', async () => {
    await writeFile(join(folder, 'file'), '');
    await symlink(tmpdir(), join(folder, 'link'));
    const cases = [
      [join(folder, 'file', 's'), 'socket_unsafe'],
      [join(folder, 'link', 's'), 'socket_unsafe'],
      [join(folder, 'not', 'there', 's'), 'listen_failed'],
    ] as const;
    for (const [path, code] of cases) {
      const { error } = await settled(start(path));
      expect(error).toMatchObject({ code, message: expect.stringContaining('directory') });
    }
  });
});
