import { execFile, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createModelFile } from '../testing/model-file.ts';
import { llamero } from './built.ts';
import { runChild } from './child.ts';
import { elapsedMs, type Finding, finding, interleave, median } from './measure.ts';
import { type BenchModel, pinOf } from './models.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const run = promisify(execFile);

interface Served {
  readonly folder: string;
  readonly path: string;
  readonly pin: { readonly url: string; readonly sha256: string; readonly sizeBytes: number };
  readonly ca: string;
  readonly caPath: string;
}

interface Pulled {
  readonly ms: number;
  readonly extraBytes: number;
  readonly loopMsMax: number;
  readonly loopMsP99: number;
}

/** A file over TLS on the loopback into the store, against `curl` and `sha256sum`; and what a proof of it costs. */
export async function benchDownload(decoding: BenchModel, rounds: number): Promise<Finding[]> {
  const large = await pulledAgainstCurl(GIB, rounds);
  const small = await pulledAgainstCurl(64 * MIB, 1);
  const extraMib = (pulls: readonly Pulled[]) => median(pulls.map(({ extraBytes }) => extraBytes)) / MIB;
  return [
    finding(
      'pull of 1 GiB (TLS, loopback): download, proof, publish / curl, then sha256sum',
      large.ratio,
      'ratio',
      { atMost: 0.7 },
      `${Math.round(large.oursMs)} against ${Math.round(large.curlMs)} ms, ${rounds} rounds`,
    ),
    finding(
      'pull of 1 GiB: memory it takes at most',
      extraMib(large.pulls),
      'MiB',
      { atMost: 64 },
      `${Math.round(extraMib(small.pulls))} MiB for a file of 64 MiB`,
    ),
    finding(
      'pull of 1 GiB: event loop held, worst',
      median(large.pulls.map(({ loopMsMax }) => loopMsMax)),
      'ms',
      null,
      `p99 ${median(large.pulls.map(({ loopMsP99 }) => loopMsP99)).toFixed(1)} ms`,
    ),
    ...large.stored,
    ...(await decodeBesideProof(decoding)),
  ];
}

async function pulledAgainstCurl(sizeBytes: number, rounds: number) {
  return withServedFile(sizeBytes, async (served) => {
    const pulls: Pulled[] = [];
    const ours = async () => {
      const dir = join(served.folder, 'store');
      await rm(dir, { recursive: true, force: true });
      const pulled = await runChild<Pulled>('./pull-child.ts', { dir, ca: served.ca, pin: served.pin });
      pulls.push(pulled);
      return pulled.ms;
    };
    const curl = async () => {
      const out = join(served.folder, 'curl.gguf');
      await rm(out, { force: true });
      return elapsedMs(async () => {
        await run('curl', ['--silent', '--fail', '--cacert', served.caPath, '--output', out, served.pin.url]);
        await run('sha256sum', [out]);
      });
    };
    const { first, second, ratio } = await interleave(rounds, ours, curl);
    return {
      ratio,
      pulls,
      oursMs: median(first),
      curlMs: median(second),
      stored: sizeBytes === GIB ? await storedFindings(served) : [],
    };
  });
}

/** What a proof of the stored file costs, and a start that has none to make. */
async function storedFindings({ folder, path, pin }: Served): Promise<Finding[]> {
  const dir = join(folder, 'store');
  const library = llamero.createModelLibrary({ dir });
  const verify = () => elapsedMs(async () => void (await library.verify(pin)));
  const proof = await interleave(3, verify, () => elapsedMs(() => run('sha256sum', [path])));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await verify();
  delay.disable();
  const toLoading = (from: string | null) => async () =>
    (await runChild<{ ms: number }>('./warm-start-child.ts', { dir: from, pin })).ms;
  const warm = await interleave(7, toLoading(dir), toLoading(null));
  return [
    finding(
      'proof of a stored 1 GiB / sha256sum',
      proof.ratio,
      'ratio',
      { atMost: 1.1 },
      `${Math.round(median(proof.first))} against ${Math.round(median(proof.second))} ms`,
    ),
    finding(
      'proof of a stored 1 GiB: event loop held, worst',
      delay.max / 1e6,
      'ms',
      { atMost: 20 },
      `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms (at most 10)`,
    ),
    finding(
      'start to loading with an intact record, more than with no model work',
      median(warm.first) - median(warm.second),
      'ms',
      { atMost: 5 },
      `${median(warm.first).toFixed(1)} against ${median(warm.second).toFixed(1)} ms, fresh processes`,
    ),
  ];
}

/** Tokens a second while another model is being proved, against alone. */
async function decodeBesideProof(model: BenchModel): Promise<Finding[]> {
  return withServedFile(GIB, async ({ folder, path, pin }) => {
    const dir = join(folder, 'store');
    const library = llamero.createModelLibrary({ dir });
    await mkdir(join(dir, 'sha256'), { recursive: true });
    await run('cp', [path, join(dir, 'sha256', pin.sha256)]);
    const supervisor = llamero.createSupervisor({
      model: pinOf(model),
      limits: { maxInFlight: 1 },
      runtime: { gpu: false, contextTokens: 2048 },
    });
    await supervisor.start();
    const tokensPerSecond = async () => {
      const beganAtMs = performance.now();
      const stream = supervisor.generate({ prompt: 'Once upon a time', maxTokens: 96 });
      let next = await stream.next();
      while (!next.done) next = await stream.next();
      return (next.value.usage.outputTokens * 1000) / (performance.now() - beganAtMs);
    };
    const beside = async () => {
      let isOver = false;
      const proving = (async () => {
        while (!isOver) await library.verify(pin);
      })();
      const rate = await tokensPerSecond();
      isOver = true;
      await proving;
      return rate;
    };
    await tokensPerSecond();
    const { first, second, ratio } = await interleave(5, beside, tokensPerSecond);
    await supervisor[Symbol.asyncDispose]();
    return [
      finding(
        `decode ${model.name} beside a proof of 1 GiB / alone`,
        ratio,
        'ratio',
        { atLeast: 0.8 },
        `${Math.round(median(first))} against ${Math.round(median(second))} tokens/s`,
      ),
    ];
  });
}

/** A file with a sound header and random weights, served by a process of its own. */
async function withServedFile<T>(sizeBytes: number, work: (served: Served) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'llamero-bench-'));
  try {
    const path = join(folder, 'model.gguf');
    const bytes = createModelFile(sizeBytes, { fill: randomFillSync(new Uint8Array(sizeBytes)) });
    await writeFile(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./tls-source-child.ts', import.meta.url)), path],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const told = await new Promise<{ url: string; ca: string }>((resolve, reject) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(JSON.parse(text)));
      child.once('error', reject);
    });
    const caPath = join(folder, 'ca.pem');
    await writeFile(caPath, told.ca);
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      // The server hashes the file for its validator at the first request: nobody's time.
      await run('curl', [
        '--silent',
        '--fail',
        '--cacert',
        caPath,
        '--range',
        '0-0',
        '--output',
        '/dev/null',
        told.url,
      ]);
      return await work({ folder, path, pin: { url: told.url, sha256, sizeBytes }, ca: told.ca, caPath });
    } finally {
      child.stdin.end();
      await ended;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
