import { spawn } from 'node:child_process';
import type { Supervisor } from '../index.ts';
import { inspectorOf, type OpenPage, open, sleep, until } from './inspector-stage.ts';
import { type Finding, finding, interleave } from './measure.ts';
import { compareOnOff, tokensPerSecond } from './on-off.ts';

/** Tokens a second with an inspector that nobody looks at, against none. */
export async function unattached(): Promise<Finding> {
  const { ratio, detail } = await compareOnOff(open);
  const name = 'inspector on and nobody looking / off: tokens a second';
  return finding(name, ratio, 'ratio', { atLeast: 0.995 }, detail);
}

/** Tokens a second while somebody looks against while nobody does, turn by turn on one supervisor. */
export async function attached(openPage: OpenPage): Promise<Finding[]> {
  const supervisor = await open(true);
  const { url, viewers } = await inspectorOf(supervisor);
  const reader = await compareViewer(supervisor, viewers, 16, async () => {
    const child = spawn(process.execPath, ['-e', READER, url], { stdio: 'ignore' });
    return () => void child.kill();
  });
  const page = await compareViewer(supervisor, viewers, 16, async () => {
    const opened = await openPage(url);
    return () => opened.close();
  });
  await supervisor[Symbol.asyncDispose]();
  const detail = (rounds: number) => `${rounds} rounds of ${REQUESTS_A_ROUND} × 400 tokens`;
  return [
    finding(
      'inspector with one viewer in another process / none: tokens a second',
      reader,
      'ratio',
      { atLeast: 0.98 },
      detail(16),
    ),
    finding(
      'inspector with one page in Chromium on the same 2 cores / none: tokens a second',
      page,
      'ratio',
      { atLeast: 0.98 },
      detail(16),
    ),
  ];
}

const REQUESTS_A_ROUND = 4;

/** A viewer and nothing else: reads the stream, and drops it. */
const READER = `
const { origin, hash } = new URL(process.argv[1]);
fetch(origin + '/trace', { headers: { authorization: 'Bearer ' + hash.slice(7) } })
  .then(async ({ body }) => { for await (const piece of body) void piece; });
`;

async function compareViewer(
  supervisor: Supervisor,
  viewers: () => number,
  rounds: number,
  look: () => Promise<() => unknown>,
): Promise<number> {
  const speed = async () => {
    // Whoever came has drawn what was before, and only follows from here on.
    await sleep(800);
    let sum = 0;
    for (let i = 0; i < REQUESTS_A_ROUND; i += 1) sum += await tokensPerSecond(supervisor);
    return sum / REQUESTS_A_ROUND;
  };
  await speed();
  const { ratio } = await interleave(
    rounds,
    async () => {
      const leave = await look();
      await until(() => viewers() === 1);
      const seen = await speed();
      await leave();
      await until(() => viewers() === 0);
      return seen;
    },
    speed,
  );
  return ratio;
}
