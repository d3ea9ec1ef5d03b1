import childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  createResourceProbe,
  type ResourceProbe,
  type ResourceProbeOptions,
  type SystemInformation,
} from '../../../services/resource-probe.ts';

const STARTERS = ['exec', 'execSync', 'execFile', 'execFileSync', 'spawn', 'spawnSync', 'fork'] as const;
const onLinux = process.platform === 'linux';

let probes: ResourceProbe[] = [];
function create(options: ResourceProbeOptions = {}): ResourceProbe {
  const probe = createResourceProbe(options);
  probes.push(probe);
  return probe;
}
afterEach(() => {
  for (const probe of probes) probe.dispose();
  probes = [];
});

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('processes', () => {
  // The library keeps these functions when it is loaded, so they are watched before the first sample loads it.
  let started: string[];
  beforeEach(() => {
    started = [];
    for (const name of STARTERS) {
      const original = childProcess[name] as (...args: unknown[]) => unknown;
      jest.spyOn(childProcess, name).mockImplementation(((...args: unknown[]) => {
        started.push(name);
        return original.apply(childProcess, args);
      }) as never);
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('[OB5] none is started by fast samples, and some are by a slow one', async () => {
    const probe = create();
    for (let count = 0; count < 3; count += 1) {
      await probe.sampleFast();
      // Long enough for a fresh reading of the CPU load.
      await wait(110);
    }
    const reapedBefore = reapedChildrenFaults();
    expect((await probe.sampleFast()).cpuLoadRatio).not.toBeNull();
    expect(started).toEqual([]);
    expect(reapedChildrenFaults()).toBe(reapedBefore);

    // The count would have seen them.
    await probe.sampleSlow();
    if (onLinux) expect(started.length).toBeGreaterThan(0);
  });

  /** Page faults of children that ended: any child makes some, however it was started. */
  function reapedChildrenFaults(): number {
    return onLinux ? Number(readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[8]) : 0;
  }
});

describe('the event loop', () => {
  const block = (ms: number): void => {
    const untilMs = performance.now() + ms;
    while (performance.now() < untilMs);
  };

  test('[OB6] a block shows in the next sample but one at the latest, and then no more', async () => {
    const probe = create();
    await wait(50);
    await probe.sampleFast();
    // Right after a sample: here a measure that was just emptied would be blind.
    block(500);
    await wait(30);
    const { eventLoopDelayMs } = await probe.sampleFast();
    expect(eventLoopDelayMs).toBeGreaterThan(250);

    await wait(50);
    await probe.sampleFast();
    await wait(50);
    expect((await probe.sampleFast()).eventLoopDelayMs).toBeLessThan(250);
  });
});

/** A library that answers what a test says, and counts its calls. */
function createLibrary(answers: {
  readonly mem?: unknown;
  readonly graphics?: unknown;
  readonly cpuTemperature?: unknown;
}) {
  const calls: string[] = [];
  const answer = (name: keyof typeof answers) => async (): Promise<unknown> => {
    calls.push(name);
    if (answers[name] instanceof Error) throw answers[name];
    return answers[name];
  };
  const library = {
    mem: answer('mem'),
    graphics: answer('graphics'),
    cpuTemperature: answer('cpuTemperature'),
  };
  return { calls, load: async () => library as unknown as SystemInformation };
}

const MEMORY = { total: 1000, available: 400, swapused: 7 };
const UNKNOWN_MEMORY = { memoryTotalBytes: null, memoryAvailableBytes: null };
const UNKNOWN_SLOW = {
  vramTotalBytes: null,
  vramUsedBytes: null,
  swapUsedBytes: null,
  cpuTemperatureCelsius: null,
};

describe('what the library says', () => {
  test.each<[string, () => Promise<SystemInformation>]>([
    ['cannot be loaded', () => Promise.reject(new Error('not installed'))],
    [
      'throws when it is loaded',
      () => {
        throw new Error('not installed');
      },
    ],
    ['is empty', async () => ({}) as SystemInformation],
    ['rejects', createLibrary({ mem: new Error(), graphics: new Error(), cpuTemperature: new Error() }).load],
    ['answers nothing', createLibrary({}).load],
    ['answers null', createLibrary({ mem: null, graphics: null, cpuTemperature: null }).load],
    [
      'answers no numbers',
      createLibrary({
        mem: { total: '8 GB', available: Number.NaN, swapused: -1 },
        graphics: {
          controllers: [{ vram: 'much' }, { memoryTotal: Number.NaN, memoryUsed: Number.POSITIVE_INFINITY }],
        },
        cpuTemperature: { main: null },
      }).load,
    ],
  ])('[OB7] makes null of what it cannot tell, and rejects nothing: it %s', async (_case, load) => {
    const probe = create({ load, platform: 'linux' });
    expect(await probe.sampleFast()).toMatchObject({ ...UNKNOWN_MEMORY, processBytes: expect.any(Number) });
    expect(await probe.sampleSlow()).toEqual(UNKNOWN_SLOW);
  });

  test('[OB7] is asked again after it could not be loaded', async () => {
    const { load } = createLibrary({ mem: MEMORY });
    let attempts = 0;
    const probe = create({
      platform: 'linux',
      load: () => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new Error('busy')) : load();
      },
    });
    expect((await probe.sampleFast()).memoryTotalBytes).toBeNull();
    expect((await probe.sampleFast()).memoryTotalBytes).toBe(1000);
  });

  test('[OB8] is told on: memory, swap and temperature', async () => {
    const { load } = createLibrary({
      mem: MEMORY,
      graphics: { controllers: [] },
      cpuTemperature: { main: 61.5 },
    });
    const probe = create({ load, platform: 'linux' });
    expect(await probe.sampleFast()).toMatchObject({ memoryTotalBytes: 1000, memoryAvailableBytes: 400 });
    expect(await probe.sampleSlow()).toEqual({
      ...UNKNOWN_SLOW,
      swapUsedBytes: 7,
      cpuTemperatureCelsius: 61.5,
    });
  });

  const MIB = 2 ** 20;
  test.each<[string, object[], number | null, number | null]>([
    ['no GPU', [], null, null],
    ['a GPU of unknown size', [{ vram: null }], null, null],
    ['a GPU of size 0, as shared memory is told', [{ vram: 0 }], null, null],
    ['a GPU that tells its size alone', [{ vram: 4096 }], 4096, null],
    ['a GPU that tells its use too', [{ vram: 8192, memoryTotal: 8188, memoryUsed: 512 }], 8188, 512],
    ['a GPU whose driver tells its size alone', [{ vram: 8192, memoryTotal: 8188 }], 8188, null],
    ['a GPU in no use', [{ memoryTotal: 8188, memoryUsed: 0 }], 8188, 0],
    [
      'two GPUs that tell their use',
      [
        { memoryTotal: 8000, memoryUsed: 500 },
        { memoryTotal: 4000, memoryUsed: 100 },
      ],
      12000,
      600,
    ],
    [
      'one that tells its use beside one that does not',
      [{ vram: 2048 }, { memoryTotal: 8000, memoryUsed: 500 }],
      8000,
      500,
    ],
    ['two that tell their size alone', [{ vram: 2048 }, { vram: 1024 }, { vram: null }], 3072, null],
  ])(
    '[OB9] GPU memory is told in bytes, size and use of the same GPUs: %s',
    async (_case, controllers, total, used) => {
      const { load } = createLibrary({ graphics: { controllers } });
      const { vramTotalBytes, vramUsedBytes } = await create({ load }).sampleSlow();
      const bytes = (mib: number | null): number | null => (mib === null ? null : mib * MIB);
      expect([vramTotalBytes, vramUsedBytes]).toEqual([bytes(total), bytes(used)]);
    },
  );
});

describe('where reading memory starts processes', () => {
  test('[OB10] on macOS fast samples repeat the memory of the last slow one, asking once where there was none', async () => {
    const memory = { ...MEMORY };
    const { load, calls } = createLibrary({ mem: memory });
    const probe = create({ load, platform: 'darwin' });
    for (let count = 0; count < 5; count += 1) {
      expect((await probe.sampleFast()).memoryAvailableBytes).toBe(400);
    }
    expect(calls).toEqual(['mem']);
    memory.available = 300;
    await probe.sampleSlow();
    expect((await probe.sampleFast()).memoryAvailableBytes).toBe(300);
    expect(calls.filter((call) => call === 'mem')).toHaveLength(2);
  });

  test('[OB10] on Windows fast samples ask Node', async () => {
    const { load, calls } = createLibrary({ mem: MEMORY });
    const sample = await create({ load, platform: 'win32' }).sampleFast();
    expect(sample.memoryTotalBytes).toBeGreaterThan(2 ** 27);
    expect(calls).toEqual([]);
  });

  test('[OB11] the library is not loaded before the first sample', async () => {
    let loads = 0;
    const { load } = createLibrary({ mem: MEMORY });
    const probe = create({
      platform: 'linux',
      load: () => {
        loads += 1;
        return load();
      },
    });
    await wait(1);
    expect(loads).toBe(0);
    await probe.sampleFast();
    expect(loads).toBe(1);
  });
});

describe('the end', () => {
  test('[OB12] a probe keeps no process alive, even where it is not disposed of', async () => {
    const script = `
      const { createResourceProbe } = await import(${JSON.stringify(new URL('../../../services/resource-probe.ts', import.meta.url).href)});
      const probe = createResourceProbe();
      await probe.sampleFast();
      process.stdout.write('sampled');
    `;
    const { stdout } = await promisify(childProcess.execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      // A process that stays is killed, which is a rejection here.
      { timeout: 30_000 },
    );
    expect(stdout).toBe('sampled');
  }, 40_000);
});
