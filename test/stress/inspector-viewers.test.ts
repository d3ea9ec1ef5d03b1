import { connect, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { usedHeapBytes } from '../doubles/heap.ts';
import {
  addressOf,
  createScriptedSource,
  linesIn,
  stageInspector,
  stepsIn,
  traceRequest,
} from '../doubles/inspector-stage.ts';
import { stageSupervisor } from '../doubles/supervisor-stage.ts';

const stage = stageInspector();
const CONNECTIONS = 200;
const MIB = 1024 * 1024;

describe('two hundred connections that never read', () => {
  test('[IS28] cost a bounded amount of memory, and the source goes on', async () => {
    const scripted = createScriptedSource({ withRing: false });
    const inspector = await stage.start(scripted.source, {}, { backlogBytesMax: MIB });
    const before = usedHeapBytes();
    const sockets: Socket[] = [];
    for (let i = 0; i < CONNECTIONS; i += 1) {
      const socket = connect(addressOf(inspector)).pause();
      socket.on('error', () => undefined);
      socket.write(traceRequest(inspector));
      sockets.push(socket);
    }
    let mostViewers = 0;
    // 100 MB for each of them, were it kept.
    for (let turn = 0; turn < 1_000; turn += 1) {
      for (let i = 0; i < 10; i += 1) scripted.step(10_000);
      mostViewers = Math.max(mostViewers, inspector.viewers());
      await new Promise(setImmediate);
    }
    const { arrayBuffers } = process.memoryUsage();
    expect(scripted.steps()).toBe(10_000);
    expect(mostViewers).toBeGreaterThan(0);
    expect(mostViewers).toBeLessThanOrEqual(4);
    expect(usedHeapBytes() - before).toBeLessThan(16 * MIB);
    expect(arrayBuffers).toBeLessThan(64 * MIB);
    for (const socket of sockets) socket.destroy();
  }, 60_000);

  test('[IS28] change nothing for a supervisor and for a viewer that does read', async () => {
    const { supervisor, ready, settle } = stageSupervisor({ limits: { traceBytesMax: 0 }, inspector: true });
    const inspector = stage.keep(await supervisor.inspector!);
    const viewer = stage.view(inspector);
    await viewer.until((text) => linesIn(text).length > 0);
    const deaf = Array.from({ length: CONNECTIONS }, () => stage.view(inspector, { reads: false }));
    await ready();
    for (let round = 0; round < 100; round += 1) {
      const asked = [1, 2].map(() => supervisor.submit({ prompt: 'hello' }));
      await settle();
      const outcomes = await Promise.all(asked.map(({ result }) => result));
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
    }
    await supervisor[Symbol.asyncDispose]();
    await viewer.ended;
    const steps = stepsIn(linesIn(viewer.received()).filter((line) => !line.includes('"kind"')));
    expect(steps).toEqual(steps.map((_, index) => Number(steps[0]) + index));
    expect(steps.length).toBeGreaterThan(400);
    for (const { socket } of deaf) socket.resume();
    await Promise.all(deaf.map(({ ended }) => ended));
  }, 60_000);
});
