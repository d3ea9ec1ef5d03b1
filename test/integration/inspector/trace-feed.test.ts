import { describe, expect, test } from '@jest/globals';
import type { LineSink } from '../../../inspector/index.ts';
import { replay } from '../../../machines/replay.ts';
import {
  addressOf,
  createScriptedSource,
  linesIn,
  messagesIn,
  stageInspector,
  stepsIn,
  traceRequest,
} from '../../doubles/inspector-stage.ts';
import { askRaw } from '../../doubles/raw-http.ts';
import { stageSupervisor } from '../../doubles/supervisor-stage.ts';

const stage = stageInspector();
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const holdsStep = (i: number) => (text: string) =>
  linesIn(text).some((line) => line.startsWith(`{"i":${i},`));
/** Lets everything that is due in the event loop happen, sockets included. */
const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

describe('a viewer', () => {
  test('[IS20] gets the whole ring and then every step, none lost and none doubled', async () => {
    const scripted = createScriptedSource();
    for (let i = 0; i < 500; i += 1) scripted.step();
    const inspector = await stage.start(scripted.source);
    const viewer = stage.view(inspector);
    // Steps go on while the viewer is let in, while the ring is sent, and afterwards.
    for (let turn = 0; turn < 200; turn += 1) {
      scripted.step();
      scripted.step();
      await new Promise(setImmediate);
    }
    const lines = linesIn(await viewer.until(holdsStep(scripted.steps())));
    expect(stepsIn(lines)).toEqual(upTo(900));
    expect(lines.filter((line) => line.startsWith('{"kind":"header"'))).toHaveLength(1);
  });

  test('[IS20] sees the same trace of a supervisor as a file does, and it replays whole', async () => {
    const { supervisor, ready, settle, clock } = stageSupervisor({ limits: { traceBytesMax: 65_536 } });
    const file: string[] = [];
    const detach = supervisor.traceTo({ write: (line) => file.push(line) > 0 });
    const inspector = await stage.start(supervisor);
    const early = stage.view(inspector);
    await ready();
    const late = stage.view(inspector);
    for (let round = 0; round < 30; round += 1) {
      const asked = [1, 2, 3].map(() => supervisor.submit({ prompt: 'hello' }));
      await settle();
      await Promise.all(asked.map(({ result }) => result));
      await clock.advance(1_000);
      await new Promise(setImmediate);
    }
    const stopped = supervisor.stop();
    await settle();
    await stopped;
    const disposed = supervisor[Symbol.asyncDispose]();
    await settle();
    await disposed;
    await Promise.all([early.ended, late.ended]);
    const steps = (lines: readonly string[]) =>
      lines.filter((line) => line.startsWith('{"i":')).map((line) => line.replace(/,"h":"\w+"\}$/, ''));
    for (const viewer of [early, late]) {
      const lines = linesIn(viewer.received());
      // The first step was taken before anybody could listen: the ring alone has it.
      expect(stepsIn(lines)[0]).toBe(1);
      expect(steps(lines).slice(1)).toEqual(steps(file));
      expect(replay(lines)).toMatchObject({
        kind: 'ok',
        complete: true,
        lost: 0,
        finalState: { stopped: 'idle' },
      });
      expect(messagesIn(viewer.received())).toMatch(/\n\nevent: end\ndata: end\n\n$/);
    }
    detach();
  });

  test('[IS22] of a source without a ring gets a trace of the present and what follows', async () => {
    const scripted = createScriptedSource({ withRing: false });
    for (let i = 0; i < 5; i += 1) scripted.step();
    const viewer = stage.view(await stage.start(scripted.source));
    await viewer.until((text) => text.includes('"kind":"frame"'));
    scripted.step();
    const lines = linesIn(await viewer.until(holdsStep(6)));
    expect(lines.map((line) => line.slice(0, 15))).toEqual([
      '{"kind":"header',
      '{"kind":"frame"',
      '{"i":6,"e":{"ty',
    ]);
  });

  test('[IS26] of a source that ended is told so, behind its last line', async () => {
    const scripted = createScriptedSource();
    const viewer = stage.view(await stage.start(scripted.source));
    await viewer.until((text) => text.includes('data: '));
    scripted.step();
    scripted.end();
    await viewer.ended;
    expect(stepsIn(linesIn(viewer.received()))).toEqual([1]);
    expect(messagesIn(viewer.received())).toMatch(/"kind":"end".*\n\nevent: end\ndata: end\n\n$/);
    expect(scripted.listeners()).toBe(0);
  });

  test('[IS26] of an inspector that closed is told nothing of an end, and what was on its way still comes', async () => {
    const scripted = createScriptedSource();
    const inspector = await stage.start(scripted.source);
    const viewer = stage.view(inspector);
    await viewer.until((text) => text.includes('data: '));
    for (let i = 0; i < 50; i += 1) scripted.step();
    await inspector.close();
    await viewer.ended;
    expect(stepsIn(linesIn(viewer.received()))).toEqual(upTo(50));
    expect(messagesIn(viewer.received())).not.toContain('event: end');
  });

  test('[IS25] of a quiet supervisor hears a sign of life', async () => {
    const viewer = stage.view(await stage.start(createScriptedSource().source, {}, { heartbeatMs: 5 }));
    const received = await viewer.until((text) => (messagesIn(text).match(/^:$/gm) ?? []).length >= 4);
    expect(linesIn(received).length).toBe(2);
  });

  test('[IS35] cannot be told an event by a line of the source', async () => {
    const line = '{"kind":"header"}\n\nevent: end\ndata: x\r\r: ';
    const source = {
      trace: () => '',
      traceTo: (sink: LineSink) => {
        sink.write(line);
        return () => undefined;
      },
    };
    const viewer = stage.view(await stage.start(source));
    const received = await viewer.until((text) => text.includes('header'));
    expect(messagesIn(received)).toBe(':\n\ndata: {"kind":"header"} event: end data: x : \n\n');
  });
});

describe('a source', () => {
  test('[IS21] is listened to only while somebody looks', async () => {
    const scripted = createScriptedSource();
    const inspector = await stage.start(scripted.source);
    await askRaw(addressOf(inspector), traceRequest(inspector, 'HEAD'));
    await askRaw(addressOf(inspector), traceRequest(inspector).replace(inspector.token, '0'.repeat(64)));
    expect(scripted.attached()).toBe(0);
    const viewers = [stage.view(inspector), stage.view(inspector)];
    await Promise.all(viewers.map((viewer) => viewer.until((text) => text.includes('data: '))));
    expect({ listeners: scripted.listeners(), viewers: inspector.viewers() }).toEqual({
      listeners: 2,
      viewers: 2,
    });
    for (const { socket } of viewers) socket.destroy();
    await Promise.all(viewers.map(({ ended }) => ended));
    await turns();
    expect({ listeners: scripted.listeners(), viewers: inspector.viewers() }).toEqual({
      listeners: 0,
      viewers: 0,
    });
  });

  test('[IS29] has nothing written while it takes a step', async () => {
    const scripted = createScriptedSource();
    const viewer = stage.view(await stage.start(scripted.source));
    await viewer.until((text) => text.includes('data: '));
    await turns();
    const before = viewer.socket.bytesRead;
    for (let i = 0; i < 1_000; i += 1) scripted.step();
    await Promise.resolve();
    expect(viewer.socket.bytesRead).toBe(before);
    expect(stepsIn(linesIn(await viewer.until(holdsStep(1_000))))).toHaveLength(1_000);
  });

  test('[IS27] has no more viewers than may look; a place that gets free is given', async () => {
    const inspector = await stage.start(createScriptedSource().source, { viewersMax: 2 });
    const viewers = [stage.view(inspector), stage.view(inspector)];
    await Promise.all(viewers.map((viewer) => viewer.until((text) => text.includes('data: '))));
    for (const method of ['GET', 'HEAD']) {
      const answer = await askRaw(addressOf(inspector), traceRequest(inspector, method));
      expect({ status: answer.status, after: answer.headers.get('retry-after') }).toEqual({
        status: 503,
        after: '5',
      });
    }
    viewers[0]?.socket.destroy();
    await viewers[0]?.ended;
    await turns();
    expect(await stage.view(inspector).until((text) => text.includes('data: '))).toContain('200 OK');
  });

  test('[IS23] forgets a viewer that is too far behind, and goes on', async () => {
    const scripted = createScriptedSource();
    const inspector = await stage.start(scripted.source, {}, { backlogBytesMax: 10_000 });
    const [slow, quick] = [stage.view(inspector, { reads: false }), stage.view(inspector)];
    await quick.until((text) => text.includes('data: '));
    await turns();
    // More in one turn than may wait: nobody could have taken it.
    scripted.step(20_000);
    await turns();
    expect({ listeners: scripted.listeners(), viewers: inspector.viewers() }).toEqual({
      listeners: 0,
      viewers: 0,
    });
    slow.socket.resume();
    await Promise.all([slow.ended, quick.ended]);
    scripted.step();
    const again = stage.view(inspector);
    expect(stepsIn(linesIn(await again.until(holdsStep(2))))).toEqual([1, 2]);
  });

  test('[IS24] sends a viewer away that takes nothing for too long', async () => {
    const scripted = createScriptedSource();
    // More than the buffers of two sockets hold.
    for (let i = 0; i < 300; i += 1) scripted.step(100_000);
    const inspector = await stage.start(scripted.source, {}, { stuckMsMax: 50 });
    const viewer = stage.view(inspector, { reads: false });
    await new Promise<void>((resolve) => {
      const look = () =>
        scripted.attached() === 1 && scripted.listeners() === 0 ? resolve() : setImmediate(look);
      look();
    });
    expect(inspector.viewers()).toBe(0);
    viewer.socket.resume();
    await viewer.ended;
  });
});
