import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as door from '../../index.ts';
import { createSupervisor, SupervisorError } from '../../index.ts';
import { recordStates, settled, stagePorts, stageSupervisor } from '../doubles/supervisor-stage.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SHIPPED = ['policies', 'machines', 'services', 'actors', 'host', 'inspector/server', 'cli', 'models'];

const sources = (folders: readonly string[]): readonly (readonly [string, string])[] =>
  [
    join(ROOT, 'index.ts'),
    join(ROOT, 'supervisor.ts'),
    ...folders.flatMap((folder) => {
      const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
      return files.filter((file) => file.endsWith('.ts')).map((file) => join(ROOT, folder, file));
    }),
  ].map((path) => [relative(ROOT, path), withoutComments(readFileSync(path, 'utf8'))]);

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '');

const filesWith = (pattern: RegExp, folders = SHIPPED) =>
  sources(folders)
    .filter(([, text]) => pattern.test(text))
    .map(([file]) => file);

const PROMPT = 'CANARY-prompt-7f3a';
const OUTPUT = 'CANARY-output-91c2';
const PATH = '/CANARY-path-55d0/model.gguf';
const SHA256 = `ca4a12${'7'.repeat(58)}`;
const CANARY = /CANARY|ca4a12/;

/** All that a supervisor says of itself, while it works and while it fails. */
async function overheard(drive: (stage: ReturnType<typeof stageSupervisor>) => Promise<unknown>) {
  const said: unknown[] = [];
  const hear = (fields: unknown, message: unknown) => void said.push(fields, message);
  const stage = stageSupervisor({
    answer: () => OUTPUT,
    model: { path: PATH, sha256: SHA256, sizeBytes: 1 },
    logger: { debug: hear, info: hear, warn: hear, error: hear },
    limits: { maxInFlight: 1 },
    inspect: (event) => {
      if (event.type === '@xstate.event') said.push(event.event);
    },
  });
  stage.supervisor.state$.subscribe((status) => said.push(status));
  stage.supervisor.backpressure$.subscribe((load) => said.push(load));
  stage.supervisor.actor.subscribe({
    next: ({ context }) => said.push(context),
    error: () => undefined,
    complete: () => undefined,
  });
  const { error } = await settled(drive(stage));
  if (error instanceof Error) said.push(error.message, error.stack, error.cause, { ...error });
  said.push(stage.supervisor.getSnapshot());
  return JSON.stringify(said);
}

describe('a canary', () => {
  test('[SS1] in a prompt, its answer or the path of the model is told to nobody but the caller', async () => {
    const said = await overheard(async ({ supervisor, ready, controls, settle }) => {
      await ready();
      controls.hold();
      const running = supervisor.submit({ prompt: PROMPT, stop: 'CANARY-stop' });
      supervisor.submit({ messages: [{ role: 'user', content: PROMPT }] });
      supervisor.submit({ prompt: PROMPT, temperature: -1 });
      controls.release();
      await settle();
      await running.result;
      await supervisor.drain();
    });
    expect(said.length).toBeGreaterThan(1000);
    expect(said).not.toMatch(CANARY);
  });

  test('[SS2] is in no error of a start that fails', async () => {
    const said = await overheard(async ({ supervisor, controls, settle }) => {
      controls.failNext('spawn', 'runtime_load_failed');
      const started = supervisor.start();
      void settled(started);
      await settle();
      await started;
    });
    expect(said).toContain('runtime_load_failed');
    expect(said).not.toMatch(CANARY);
  });

  test('[SS3] is in no error of a request that is refused or fails', async () => {
    const refused = await overheard(({ supervisor }) => supervisor.generate({ prompt: PROMPT }).next());
    const failed = await overheard(async ({ supervisor, ready, controls, settle }) => {
      await ready();
      controls.failNext('generate', 'generation_failed');
      const text = supervisor.generate({ prompt: PROMPT }).next();
      void settled(text);
      await settle();
      await text;
    });
    expect(refused).toContain('lifecycle_stopped');
    expect(failed).toContain('generation_failed');
    expect(refused + failed).not.toMatch(CANARY);
  });

  test('[SS4] is in no message about options', async () => {
    const { options } = stagePorts();
    const model = { path: `${PATH}\0`, sha256: 'CANARY-digest', sizeBytes: 1 };
    const { error } = await settled((async () => createSupervisor({ ...options, model }))());
    expect(SupervisorError.isInstance(error)).toBe(true);
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toMatch(CANARY);
  });
});

describe('a context of the actor', () => {
  test('[SS5] is plain JSON', async () => {
    const { supervisor, ready, controls } = stageSupervisor();
    await ready();
    controls.hold();
    for (let i = 0; i < 4; i += 1) supervisor.submit({ prompt: 'hello' });
    const { context } = supervisor.actor.getSnapshot();
    expect(JSON.parse(JSON.stringify(context))).toEqual(context);
  });
});

describe('hostile objects', () => {
  test('[SS6] pollute no prototype by options or a request', async () => {
    const { options, clock } = stagePorts();
    const polluting = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    const own = (object: object) => Object.assign(Object.create(null), object, { ...polluting });
    expect(() => createSupervisor({ ...options, limits: own({}) })).toThrow(SupervisorError);
    expect(() => createSupervisor(own(options) as typeof options)).toThrow(SupervisorError);
    const supervisor = createSupervisor(options);
    const started = supervisor.start();
    await clock.advance(1);
    await started;
    expect(supervisor.submit(own({ prompt: 'a' }) as { prompt: string }).verdict.reason).toBe(
      'request_option_unknown',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('[SS7] that inherit their fields are no request', async () => {
    const { supervisor, ready } = stageSupervisor();
    await ready();
    const inherited = Object.create({ prompt: 'hello' }) as { prompt: string };
    expect(supervisor.submit(inherited).verdict.ok).toBe(false);
  });

  test('[SS8] that are polluted prototypes change no request', async () => {
    const { supervisor, ready, settle } = stageSupervisor({ answer: () => 'a b c' });
    await ready();
    const prototype = Object.prototype as { maxTokens?: unknown; stop?: unknown };
    const pollute = (value: unknown) => ({ value, configurable: true, writable: true });
    Object.defineProperties(prototype, { maxTokens: pollute(1), stop: pollute(['b']) });
    let admission: ReturnType<typeof supervisor.submit>;
    try {
      admission = supervisor.submit({ prompt: 'hello' });
    } finally {
      delete prototype.maxTokens;
      delete prototype.stop;
    }
    await settle();
    expect(await admission.result).toMatchObject({ text: 'a b c', finishReason: 'stop' });
  });

  test('[SS9] that are changed after construction change nothing', async () => {
    const ports = stagePorts();
    const model = { ...ports.options.model };
    const limits = { maxInFlight: 1, queueBound: 0 };
    const supervisor = createSupervisor({ ...ports.options, model, limits });
    model.sha256 = '0'.repeat(64);
    limits.maxInFlight = 64;
    const { states } = recordStates(supervisor);
    const started = supervisor.start();
    await ports.clock.advance(1);
    await started;
    ports.controls.hold();
    const reasons = [1, 2].map(() => supervisor.submit({ prompt: 'a' }).verdict.reason);
    expect(reasons).toEqual(['admitted', 'queue_full']);
    expect(states).toContain('ready');
  });
});

describe('our own code', () => {
  test('[SS10] reads no environment variable but in the command line tool', () => {
    expect(
      filesWith(/process\s*\.\s*env|process\s*\[|\benv\b.*from 'node:process'/).filter(outsideCli),
    ).toEqual([]);
  });

  test('[SS11] reads no proxy setting and no home directory', () => {
    expect(filesWith(/https?_proxy|no_proxy|homedir|userInfo\(/i)).toEqual([]);
  });

  test('[SS12] prints nothing but in the command line tool', () => {
    const compilers = ['models/compile.ts', 'models/random.ts'];
    const printing = filesWith(/\bconsole\s*\.|process\s*\.\s*(stdout|stderr)/);
    expect(printing.filter(outsideCli).filter((file) => !compilers.includes(file))).toEqual([]);
  });

  test('[SS13] opens a socket only to download or to inspect, starts no process but a browser that a user asked for, and a thread only to hash', () => {
    expect(filesWith(/node:(http2|dgram|child_process|cluster)|\bfetch\(/)).toEqual(['cli/open-browser.ts']);
    const download = /^services\/(https-\w+|guarded-lookup|special-addresses)\.ts$/;
    const inspect = /^inspector\/server\//;
    const sockets = filesWith(/node:(net|http|https|tls|dns)['/]/).filter((file) => !inspect.test(file));
    expect(sockets.filter((file) => !download.test(file))).toEqual([]);
    expect(filesWith(/node:worker_threads/)).toEqual(['services/hash-file.ts']);
  });

  test('[SS14] evaluates no text as code', () => {
    expect(filesWith(/\beval\(|new Function\(|node:vm/)).toEqual([]);
  });

  test('[SS15] gives the types of a runtime adapter no place for a credential', () => {
    const files = ['policies/runtime-adapter.ts', 'services/runtime.ts'];
    for (const [, text] of sources(SHIPPED).filter(([file]) => files.includes(file))) {
      const names = text.match(/[A-Za-z]+(?=\??:)/g) ?? [];
      expect(
        names.filter((name) => /vault|keychain|credential|secret|password|apiKey|auth/i.test(name)),
      ).toEqual([]);
      expect(names.filter((name) => /token/i.test(name) && !/tokens$/i.test(name))).toEqual([]);
    }
  });

  test('[SS16] has one public door, and it exports these values', () => {
    expect(Object.keys(door).sort()).toEqual([
      'DEFAULT_LIMITS',
      'EMBEDDED_MODEL',
      'PIN_FILE_NAME',
      'RUNTIME_MANAGER_REASONS',
      'SupervisorError',
      'createChromeTrace',
      'createModelLibrary',
      'createSupervisor',
      'createSupervisorLogic',
      'embeddedModel',
      'embeddedModelPath',
      'explainPin',
      'explainReason',
      'readPinFile',
      'replay',
      'replayAll',
      'replayFile',
      'supervisorMachine',
      'writePin',
    ]);
  });
});

function outsideCli(file: string): boolean {
  return !file.startsWith('cli/');
}
