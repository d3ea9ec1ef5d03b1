import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startInspector } from '../../inspector/index.ts';
import { replay } from '../../machines/replay.ts';
import { PROJECT, runFile } from '../doubles/child-process.ts';
import { createScriptedSource } from '../doubles/inspector-stage.ts';
import { GOLDEN, stageTraceFolder } from '../doubles/trace-folder.ts';

const TIMEOUT_MS = 30_000;
const { pathOf } = stageTraceFolder();
const llamero = (args: readonly string[]) => runFile('cli/llamero.ts', args);
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/#token=[0-9a-f]{64}/;

/** A command that stays up, and ends with the test at the latest. */
interface Standing {
  readonly child: ChildProcess;
  /** Resolves once what it printed fits; rejects with all of it where the command ended before. */
  readonly until: (pattern: RegExp) => Promise<string>;
  readonly said: () => { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<number | null>;
}

/** The address on standard output and the hint on the other: which of the two comes first, nobody says. */
const SHOWN = /#token=[0-9a-f]{64}[\s\S]*Ctrl-C/;

const standing: Standing[] = [];
afterEach(async () => {
  for (const { child, ended } of standing.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

function stand(
  args: readonly string[],
  { input = '', path }: { input?: string; path?: string } = {},
): Standing {
  const child = spawn(process.execPath, ['--import', 'tsx', join(PROJECT, 'cli/llamero.ts'), ...args], {
    cwd: PROJECT,
    env: { PATH: path ?? process.env['PATH'] ?? '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  const hear = () => {
    for (const watch of watchers) watch();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    hear();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    hear();
  });
  let isOver = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      hear();
      resolve(code);
    });
  });
  const command: Standing = {
    child,
    ended,
    said: () => ({ stdout, stderr }),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const all = stdout + stderr;
          if (!pattern.test(all) && !isOver) return;
          watchers.delete(watch);
          if (pattern.test(all)) resolve(all);
          else reject(new Error(`the command ended: ${all}`));
        };
        watchers.add(watch);
        watch();
      }),
  };
  standing.push(command);
  return command;
}

/** The trace behind an address, up to its end. */
function readTrace(address: string, onFirst: () => void = () => undefined): Promise<string> {
  const url = new URL(address);
  const headers = { authorization: `Bearer ${url.hash.slice('#token='.length)}` };
  return new Promise((resolve, reject) => {
    request({ hostname: url.hostname, port: url.port, path: '/trace', headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.includes('data: ')) {
          onFirst();
          onFirst = () => undefined;
        }
        if (!text.includes('event: end')) return;
        response.destroy();
        resolve(text);
      });
      response
        .on('error', reject)
        .on('end', () => reject(new Error(`no end: ${response.statusCode} ${text}`)));
    })
      .on('error', reject)
      .end();
  });
}

const linesOf = (stream: string) =>
  stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => line.slice('data: '.length));

const addressIn = (text: string) => ADDRESS.exec(text)?.[0] ?? '';

describe('llamero inspect', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '[CI1] prints the address alone on a line, serves the file, and ends with 0 by %s',
    async (signal) => {
      const command = stand(['inspect', pathOf('ok')]);
      await command.until(SHOWN);
      const { stdout, stderr } = command.said();
      expect(stdout).toMatch(new RegExp(`^${ADDRESS.source}\n$`));
      expect(stderr).toBe('Press Ctrl-C to stop.\n');
      expect(linesOf(await readTrace(addressIn(stdout)))).toEqual(GOLDEN.trimEnd().split('\n'));
      command.child.kill(signal);
      expect(await command.ended).toBe(0);
      expect(command.said().stdout).toBe(stdout);
    },
    TIMEOUT_MS,
  );

  test(
    '[CI2] --json prints one object, and --port serves where it says',
    async () => {
      const port = await freePort();
      const command = stand(['inspect', pathOf('ok'), '--json', '--port', String(port)]);
      await command.until(SHOWN);
      const told = JSON.parse(command.said().stdout) as { url: string };
      expect(told).toEqual({
        type: 'result',
        ok: true,
        url: expect.stringContaining(`127.0.0.1:${port}/#token=`),
      });
      await readTrace(told.url);
      const second = await llamero(['inspect', pathOf('ok'), '--port', String(port)]);
      expect({ code: second.code, stdout: second.stdout }).toEqual({ code: 1, stdout: '' });
      expect(second.stderr).toMatch(/^port_in_use: .*choose another/);
    },
    TIMEOUT_MS,
  );

  test(
    '[CI3] of a damaged trace says which line, and shows what comes before it',
    async () => {
      const command = stand(['inspect', pathOf('corrupt')]);
      await command.until(SHOWN);
      expect(command.said().stderr).toMatch(/^corrupt: .*corrupt\.jsonl: line \d+: the line ends too early/);
      expect(command.said().stderr).toMatch(/Shown are the \d+ steps before it\./);
      expect(linesOf(await readTrace(addressIn(command.said().stdout))).length).toBeGreaterThan(2);
    },
    TIMEOUT_MS,
  );

  test(
    '[CI3] of what is no trace says so, and serves nothing',
    async () => {
      const { code, stdout, stderr } = await llamero(['inspect', 'package.json']);
      expect({ code, stdout }).toEqual({ code: 7, stdout: '' });
      expect(stderr).toMatch(/^corrupt: package\.json: line 1: /);
      const gone = await llamero(['inspect', pathOf('nowhere'), '--json']);
      expect(gone.code).toBe(7);
      expect(JSON.parse(gone.stdout)).toMatchObject({ ok: false, reason: 'unreadable', line: 1 });
    },
    TIMEOUT_MS,
  );

  test.each(['diverged', 'incompatible'] as const)(
    '[CI4] of a trace that is %s says so, and shows it all the same',
    async (kind) => {
      const command = stand(['inspect', pathOf(kind)]);
      await command.until(SHOWN);
      expect(command.said().stderr).toMatch(/^Shown as recorded: .*See: llamero replay\.\n/);
      expect(linesOf(await readTrace(addressIn(command.said().stdout))).length).toBeGreaterThan(2);
    },
    TIMEOUT_MS,
  );

  test(
    '[CI5] --attach relays a running host to a page of its own; with - it takes the address from its input',
    async () => {
      const scripted = createScriptedSource();
      await using origin = await startInspector(scripted.source);
      for (let i = 0; i < 10; i += 1) scripted.step();
      const commands = [
        stand(['inspect', '--attach', origin.url ?? '']),
        stand(['inspect', '--attach', '-'], { input: `${origin.url}\n` }),
      ];
      await Promise.all(commands.map((command) => command.until(SHOWN)));
      const addresses = commands.map((command) => addressIn(command.said().stdout));
      expect(addresses).not.toContain(origin.url);
      const reading = addresses.map((address) => readTrace(address));
      while (origin.viewers() < 2) await new Promise(setImmediate);
      scripted.step();
      scripted.end();
      for (const stream of await Promise.all(reading)) {
        expect(linesOf(stream).filter((line) => line.startsWith('{"i"'))).toHaveLength(11);
      }
    },
    TIMEOUT_MS,
  );

  test(
    '[CI6] --attach says why it cannot, and exits 5',
    async () => {
      await using origin = await startInspector(createScriptedSource().source);
      const wrongToken = (origin.url ?? '').replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      const gone = `http://127.0.0.1:${await freePort()}/#token=${'a'.repeat(64)}`;
      const other = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/#token=${'a'.repeat(64)}`;
      const runs = await Promise.all(
        [wrongToken, gone, elsewhere].map((address) => llamero(['inspect', '--attach', address])),
      );
      other.close();
      expect(runs.map(({ code, stderr }) => [code, stderr.split(':')[0]])).toEqual([
        [5, 'attach_denied'],
        [5, 'attach_unreachable'],
        [5, 'attach_other'],
      ]);
      for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toMatch(/[0-9a-f]{64}/);
    },
    TIMEOUT_MS,
  );

  test.each([
    [[], 'Name one trace file, or --attach ADDRESS.'],
    [['a.jsonl', '--attach', 'x'], 'Name one trace file, or --attach ADDRESS.'],
    [['--attach', 'http://evil.example/'], 'The address is none of an inspector'],
    [['a.jsonl', '--port', '70000'], 'It is a whole number from 0 to 65535'],
    [['a.jsonl', '--prot', '1'], "unknown option '--prot'"],
  ])(
    '[CI7] %j exits 2 and says: %s',
    async (args, message) => {
      const { code, stderr } = await llamero(['inspect', ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
    },
    TIMEOUT_MS,
  );

  test(
    '[CI8] --help has examples and exit codes',
    async () => {
      const { code, stdout } = await llamero(['inspect', '--help']);
      expect(code).toBe(0);
      for (const word of ['--attach', '--port', '--open', '--json', 'Examples:', 'Exit codes:']) {
        expect(stdout).toContain(word);
      }
    },
    TIMEOUT_MS,
  );
});

describe('llamero inspect --open', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'browser-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test(
    '[CI9] hands the address to the system, and without a browser says so and stays up',
    async () => {
      const opened = join(folder, 'opened');
      await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`, { mode: 0o755 });
      const [withBrowser, without] = [
        stand(['inspect', pathOf('ok'), '--open'], { path: `${folder}:/usr/bin:/bin` }),
        stand(['inspect', pathOf('ok'), '--open'], { path: folder.replace(/.$/, '~') }),
      ];
      await Promise.all([withBrowser.until(SHOWN), without.until(SHOWN)]);
      expect(without.said().stderr).toContain('open the address by hand');
      expect(withBrowser.said().stderr).toBe('Press Ctrl-C to stop.\n');
      expect(await readWhole(opened, ADDRESS)).toBe(addressIn(withBrowser.said().stdout));
      withBrowser.child.kill('SIGINT');
      without.child.kill('SIGINT');
      expect(await Promise.all([withBrowser.ended, without.ended])).toEqual([0, 0]);
    },
    TIMEOUT_MS,
  );
});

describe('llamero demo --inspect', () => {
  test('[CI10] prints the address first, shows the whole run, stays up at its end, and ends with 0 by Ctrl-C', async () => {
    const command = stand(['demo', '--inspect']);
    const first = await command.until(/\n/);
    expect(first).toMatch(new RegExp(`^${ADDRESS.source}\n`));
    const all = await command.until(/the inspector stays open; press Ctrl-C to stop\n/);
    const reading = readTrace(addressIn(all), () => command.child.kill('SIGINT'));
    const result = replay(linesOf(await reading));
    expect(result).toMatchObject({ kind: 'ok', complete: true, finalState: { stopped: 'idle' } });
    expect(await command.ended).toBe(0);
    expect(command.said().stderr).toBe('');
  }, 60_000);

  test(
    '[CI11] --json tells the address as the first object; a port that is taken ends it before anything is loaded',
    async () => {
      const port = await freePort();
      const command = stand(['demo', '--json', '--inspect', '--inspect-port', String(port)]);
      const first = (await command.until(/\n/)).split('\n')[0] ?? '';
      expect(JSON.parse(first)).toEqual({
        type: 'inspector',
        url: expect.stringContaining(`:${port}/#token=`),
      });
      const second = await llamero(['demo', '--inspect', '--inspect-port', String(port)]);
      expect(second.code).toBe(1);
      expect(second.stdout).toContain('port_in_use');
      expect(second.stdout).not.toContain('loading');
      const alone = await llamero(['demo', '--inspect-port', '1']);
      expect(alone.code).toBe(2);
      expect(alone.stdout).toContain('--inspect-port goes with --inspect');
    },
    TIMEOUT_MS,
  );

  test(
    '[CI12] that is interrupted in mid-run drains, and exits 130 without staying up',
    async () => {
      const command = stand(['demo', '--json', '--inspect']);
      await command.until(/"type":"chunk"/);
      command.child.kill('SIGINT');
      expect(await command.ended).toBe(130);
    },
    TIMEOUT_MS,
  );
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a file holds once it fits. */
async function readWhole(path: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (pattern.test(text)) return text;
    await new Promise(setImmediate);
  }
}
