import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createSupervisor, embeddedModel } from '../../index.ts';
import { PROJECT } from '../doubles/child-process.ts';
import { addressOf, hostOf, linesIn, stageInspector, traceRequest } from '../doubles/inspector-stage.ts';
import { askRaw } from '../doubles/raw-http.ts';
import { settled, stageSupervisor } from '../doubles/supervisor-stage.ts';

const stage = stageInspector();
const CANARY = /CANARY|ca4a12/;
const ROOM = join(PROJECT, 'inspector', 'server');

const PAGE_IMPORTS =
  /^(?:inspector\/(?:page|model|charts)\/|machines\/(?:trace-\w+|context|events|acquisition-context)\.ts$|policies\/|preact(?:\/|$)|@preact\/signals$|uplot(?:\/|$)|virtual:)/;

const codeOf = (path: string) =>
  readFileSync(join(PROJECT, path), 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

describe('a canary', () => {
  const model = { path: '/CANARY-path/model.gguf', sha256: `ca4a12${'7'.repeat(58)}`, sizeBytes: 1 };

  test('[IS47] in prompt, answer, path, digest or error is in no byte that is sent', async () => {
    const { supervisor, ready, controls, settle } = stageSupervisor({
      model,
      answer: () => 'CANARY answer',
      inspector: true,
    });
    const inspector = stage.keep(await supervisor.inspector!);
    const early = stage.view(inspector);
    await early.until((text) => linesIn(text).length > 0);
    await ready();
    const asked = [
      supervisor.submit({ prompt: 'CANARY prompt', stop: ['CANARY stop'] }),
      supervisor.submit({ messages: [{ role: 'user', content: 'CANARY' }] }),
      supervisor.submit({ prompt: 'CANARY', CANARY: true } as never),
    ];
    controls.failNext('generate', 'generation_failed');
    supervisor.actor.send({ type: 'CANARY', header: 'CANARY' } as never);
    await settle();
    await Promise.all(asked.map(({ result }) => result));
    const late = stage.view(inspector);
    await late.until((text) => linesIn(text).length > 10);
    await supervisor[Symbol.asyncDispose]();
    await Promise.all([early.ended, late.ended]);
    for (const viewer of [early, late]) {
      expect(linesIn(viewer.received()).length).toBeGreaterThan(10);
      expect(viewer.received()).not.toMatch(CANARY);
      expect(viewer.received()).not.toContain(inspector.token);
    }
  });

  test('[IS47] in a request is in no answer, and neither is the token', async () => {
    const { supervisor } = stageSupervisor({ model, inspector: true });
    const inspector = stage.keep(await supervisor.inspector!);
    const host = `Host: ${hostOf(inspector)}`;
    const token = `Authorization: Bearer ${inspector.token}`;
    const requests = [
      `GET /CANARY HTTP/1.1\r\n${host}\r\n${token}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: CANARY\r\n${token}\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}\r\nOrigin: CANARY\r\n${token}\r\n\r\n`,
      `CANARY / HTTP/1.1\r\n${host}\r\n${token}\r\n\r\n`,
      `GET /trace HTTP/1.1\r\n${host}\r\nAuthorization: Bearer CANARY\r\n\r\n`,
      `GET / HTTP/1.1\r\n${host}\r\nCookie: CANARY\r\n${token}\r\n\r\n`,
      traceRequest(inspector, 'HEAD'),
    ];
    for (const request of requests) {
      const { text } = await askRaw(addressOf(inspector), request);
      expect(text).toMatch(/^HTTP\/1\.1 \d{3} /);
      expect(text).not.toMatch(CANARY);
      expect(text).not.toContain(inspector.token);
    }
  });

  test('[IS47] in the path of a socket or an address is in no message of an error', async () => {
    const { supervisor } = stageSupervisor({ inspector: { socketPath: '/proc/CANARY/s' } });
    const { error } = await settled(supervisor.inspector!);
    expect(error).toMatchObject({ code: 'listen_failed' });
    expect((error as Error).message).not.toMatch(CANARY);
  });
});

describe('the real model', () => {
  let received = '';
  let token = '';

  beforeAll(async () => {
    const supervisor = createSupervisor({ model: embeddedModel(), runtime: { gpu: false }, inspector: true });
    const inspector = await supervisor.inspector!;
    token = inspector.token;
    const viewer = stage.view(inspector);
    await viewer.until((text) => linesIn(text).length > 0);
    await supervisor.start();
    const messages = [{ role: 'user', content: 'What is draining?' }] as const;
    await supervisor.submit({ messages }).result;
    await supervisor[Symbol.asyncDispose]();
    await viewer.ended;
    received = viewer.received();
  }, 60_000);

  test('[IS47] is shown from start to stop without a word of question, answer, path or digest', () => {
    const { path, sha256 } = embeddedModel();
    expect(received).toContain('"generation_completed"');
    for (const secret of ['draining means', 'What is draining', path, 'llamero-embedded', sha256, token]) {
      expect(received).not.toContain(secret);
    }
  });
});

describe('the token', () => {
  test('[IS8] is compared by timingSafeEqual alone, as hashes of its hash, whatever was sent', () => {
    const code = codeOf('inspector/server/access.ts');
    expect(code.match(/timingSafeEqual\([^\n]*/g)).toEqual([
      'timingSafeEqual(hashOf(actual), hashOf(expected));',
    ]);
    // The comparison stands first: nothing decides whether it is made.
    expect(code).toContain('return equalDigests(presented, tokenDigest) && isBearer && others.length === 0;');
    expect(code).not.toMatch(
      /(?:presented|[dD]igest\w*|TOKEN|token)\)*\s*[!=]==|[!=]==\s*(?:presented|[dD]igest|token)|\.equals\(|Buffer\.compare|localeCompare/,
    );
  });

  test('[IS8] is kept by the gate as its digest', async () => {
    const { supervisor } = stageSupervisor({ inspector: true });
    const inspector = stage.keep(await supervisor.inspector!);
    expect(codeOf('inspector/server/inspector-server.ts')).not.toMatch(/\btoken\b/);
    expect(inspect(supervisor.getSnapshot(), { depth: 9 })).not.toContain(inspector.token);
  });
});

describe('the room', () => {
  const files = readdirSync(ROOM).map((name) => `inspector/server/${name}`);

  test.each(files)('[IS45] %s knows nothing that commands, and waits for nobody in the host', (file) => {
    const imports = [...codeOf(file).matchAll(/\bfrom\s+'([^']+)'/g)].map(([, from]) => from ?? '');
    const foreign = imports.filter((from) => !/^\.\/|^\.\.\/page-policy\.ts$|^node:/.test(from));
    expect(
      foreign.filter((from) => !/^\.\.\/\.\.\/(machines\/trace-line|policies\/trace-hash)\.ts$/.test(from)),
    ).toEqual([]);
    expect(codeOf(file)).not.toMatch(/\b(submit|generate|drain|actor|createSupervisor)\s*[(.]/);
  });

  test('[IS45] is known to the host and to the composition root by its types alone, and loaded when asked for', () => {
    const hosts = readdirSync(join(PROJECT, 'host')).map((name) => `host/${name}`);
    for (const file of [...hosts, 'index.ts', 'supervisor.ts']) {
      const values = [...codeOf(file).matchAll(/^(?:import|export)(?! type )[^;]*'([^']+)';/gms)]
        .map(([, from]) => from ?? '')
        .filter((from) => from.includes('inspector/'));
      expect({ file, values }).toEqual({ file, values: [] });
    }
    expect(codeOf('supervisor.ts')).toContain("await import('./inspector/index.ts')");
  });

  test('[IS48] has a page that knows its own room, the shape of a trace and its own libraries', () => {
    const page = readdirSync(join(PROJECT, 'inspector'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /^page\/.*\.tsx?$/.test(name))
      .map((name) => `inspector/${name}`);
    const foreign = page.flatMap((file) =>
      [...codeOf(file).matchAll(/^(?:import|export)[^;]*?\bfrom\s+'([^']+)';/gms)]
        .map(([, from = '']) => (from.startsWith('.') ? join(dirname(file), from) : from))
        .filter((from) => !PAGE_IMPORTS.test(from))
        .map((from) => `${file}: ${from}`),
    );
    expect(foreign).toEqual([]);
  });

  test('[IS16] names one address to listen at, and sends no header of CORS', () => {
    const code = files.map(codeOf).join('\n');
    expect(code.match(/LOOPBACK_ADDRESS = '127\.0\.0\.1'/g)).toHaveLength(1);
    expect(code).not.toMatch(/0\.0\.0\.0|'::'|access-control|set-cookie/i);
  });
});
