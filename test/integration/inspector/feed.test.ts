import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { replay } from '../../../index.ts';
import { createTraceLog } from '../../../inspector/model/trace-log.ts';
import { type InspectorParts, startInspector } from '../../../inspector/server/start-inspector.ts';
import { usedHeapBytes } from '../../doubles/heap.ts';
import { connectDeaf } from '../../doubles/raw-http.ts';
import { stageSupervisor } from '../../doubles/supervisor-stage.ts';
import { followTrace, until } from '../../doubles/trace-viewer.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function staged(parts: InspectorParts = {}, options = {}) {
  const stage = stageSupervisor();
  const inspector = await startInspector(stage.supervisor, options, parts);
  closers.push(() => inspector.close());
  await stage.ready();
  const work = async (times: number) => {
    for (let i = 0; i < times; i += 1) {
      stage.supervisor.submit({ prompt: 'hello' });
      await stage.settle();
    }
  };
  return { ...stage, inspector, work };
}

const stepsOf = (lines: readonly string[]) =>
  lines.flatMap((line) => {
    const { i, kind } = JSON.parse(line) as { i?: number; kind?: string };
    return kind === undefined && i !== undefined ? [i] : [];
  });

describe('the stream of a trace', () => {
  test('[IS16] is the ring and then each step as it comes: none is lost, none comes twice, and all of it replays', async () => {
    const { inspector, supervisor, work } = await staged();
    const path = join(tmpdir(), `feed-${process.pid}.jsonl`);
    const recording = await supervisor.recordTrace(path);
    await work(5);
    const viewer = await followTrace(inspector);
    await work(20);
    const late = await followTrace(inspector);
    await work(5);
    await supervisor[Symbol.asyncDispose]();
    await recording.stop();
    for (const { lines, over } of [viewer, late]) {
      expect(await over).toBe('ended');
      const steps = stepsOf(lines);
      expect(steps).toEqual(steps.map((_, i) => steps[0]! + i));
      const replayed = replay(lines);
      expect(replayed).toMatchObject({ kind: 'ok', complete: true, lost: 0 });
      const { log, feed } = createTraceLog();
      expect(lines.map((line) => feed(line)).filter((problem) => problem !== null)).toEqual([]);
      expect(log.isComplete).toBe(true);
    }
    const recorded = stepsOf((await readFile(path, 'utf8')).trim().split('\n'));
    expect(stepsOf(viewer.lines).slice(-recorded.length)).toEqual(recorded);
    expect(stepsOf(late.lines)).toEqual(stepsOf(viewer.lines));
    await rm(path);
  });

  test('[IS17] is taken from the supervisor only while somebody looks', async () => {
    const { supervisor } = stageSupervisor();
    let attached = 0;
    const source = {
      trace: supervisor.trace,
      traceTo: (sink: Parameters<typeof supervisor.traceTo>[0]) => {
        const detach = supervisor.traceTo(sink);
        attached += 1;
        return () => {
          attached -= 1;
          detach();
        };
      },
    };
    const inspector = await startInspector(source);
    closers.push(() => inspector.close());
    expect(attached).toBe(0);
    const viewer = await followTrace(inspector);
    await until(() => attached === 1);
    viewer.leave();
    await until(() => attached === 0 && inspector.viewers() === 0);
  });

  test('[IS18] is given to no more than may look, and the others are told to come again', async () => {
    const { inspector } = await staged({}, { viewersMax: 2 });
    const viewers = [await followTrace(inspector), await followTrace(inspector)];
    await expect(followTrace(inspector)).rejects.toThrow('refused: 503');
    viewers[0]?.leave();
    await until(() => inspector.viewers() === 1);
    (await followTrace(inspector)).leave();
  });

  test('[IS19] drops a viewer that is too far behind, at once and without a word to the supervisor', async () => {
    const { inspector, supervisor, work } = await staged({ backlogBytesMax: 20_000 });
    const { port } = new URL(inspector.url!);
    const deaf = await connectDeaf(
      Number(port),
      `GET /trace HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${inspector.token}\r\n\r\n`,
    );
    await until(() => inspector.viewers() === 1);
    // All of these steps come within one turn: nothing could have been written meanwhile.
    for (let i = 0; i < 200; i += 1) supervisor.submit({ prompt: 'hello' });
    await until(() => inspector.viewers() === 0);
    await work(2);
    expect(supervisor.getSnapshot().state).toBe('ready');
    deaf.destroy();
  });

  test('[IS19] drops a viewer that takes nothing, after its time', async () => {
    const { inspector, supervisor } = await staged({ stuckMsMax: 100 });
    const { port } = new URL(inspector.url!);
    const deaf = await connectDeaf(
      Number(port),
      `GET /trace HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${inspector.token}\r\n\r\n`,
    );
    await until(() => inspector.viewers() === 1);
    // More than the buffers of two sockets hold.
    while (inspector.viewers() === 1) {
      for (let i = 0; i < 500; i += 1) supervisor.submit({ prompt: 'hello' });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(supervisor.getSnapshot().state).toBe('ready');
    deaf.destroy();
  }, 30_000);

  test('[IS20] grows by nothing when two hundred connect and none of them reads', async () => {
    const { inspector, supervisor, work } = await staged();
    const { port } = new URL(inspector.url!);
    await work(50);
    const before = usedHeapBytes();
    const ask = `GET /trace HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${inspector.token}\r\n\r\n`;
    const deaf = await Promise.all(Array.from({ length: 200 }, () => connectDeaf(Number(port), ask)));
    for (let i = 0; i < 2000; i += 1) supervisor.submit({ prompt: 'hello' });
    await work(50);
    expect(inspector.viewers()).toBeLessThanOrEqual(4);
    // Each that may look has at most its backlog; the steps of this run are less than that.
    expect(usedHeapBytes() - before).toBeLessThan(24 * 2 ** 20);
    expect(supervisor.getSnapshot().state).toBe('ready');
    for (const socket of deaf) socket.destroy();
    await until(() => inspector.viewers() === 0);
  }, 30_000);

  test('[IS21] shows that it lives while nothing happens', async () => {
    const { inspector } = await staged({ heartbeatMs: 20 });
    const viewer = await followTrace(inspector);
    await until(() => (viewer.text().match(/^:\n/gm) ?? []).length >= 3);
    viewer.leave();
  });
});
