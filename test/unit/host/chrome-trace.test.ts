import { describe, expect, test } from '@jest/globals';
import { type ChromeEvent, type ChromeTrace, createChromeTrace, replay } from '../../../index.ts';
import { expectTrace } from '../../../testing/index.ts';
import { stageChart } from '../../doubles/chart-stage.ts';
import { listGoldens, readGolden } from '../../traces/golden-files.ts';

function chromeOf(trace: string | Iterable<string>): ChromeTrace {
  const chrome = createChromeTrace();
  replay(trace, { onStep: chrome.onStep });
  return chrome.end();
}

const timed = ({ traceEvents }: ChromeTrace) => traceEvents.filter(({ ph }) => ph !== 'M');
const ofPhase = (trace: ChromeTrace, ...phases: ChromeEvent['ph'][]) =>
  trace.traceEvents.filter(({ ph }) => phases.includes(ph));

describe.each(listGoldens())('%s for a profiler', (name) => {
  const golden = readGolden(name);
  const chrome = chromeOf(golden);

  test('[CX1] has slices that nest: each ends before the one around it', () => {
    const open: string[] = [];
    const crossing = ofPhase(chrome, 'B', 'E').filter(({ ph, name: slice }) =>
      ph === 'B' ? open.push(slice) === 0 : open.pop() !== slice,
    );
    expect({ crossing, open }).toEqual({ crossing: [], open: [] });
  });

  test('[CX2] has for each request bars that begin and end in turns, its steps within its running', () => {
    const open = new Map<string, readonly string[]>();
    for (const { ph, name: bar, id = '' } of ofPhase(chrome, 'b', 'e')) {
      const bars = open.get(id) ?? [];
      const isOuter = bar === 'waiting' || bar === 'running';
      if (ph === 'b') expect(bars).toEqual(isOuter ? [] : ['running']);
      else expect(bars.at(-1)).toBe(bar);
      open.set(id, ph === 'b' ? [...bars, bar] : bars.slice(0, -1));
    }
    expect([...open.values()].flat()).toEqual([]);
  });

  test('[CX3] never goes back in time, and counts in whole µs', () => {
    const stamps = timed(chrome).map(({ ts }) => ts);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    expect(stamps.filter((ts) => !Number.isInteger(ts))).toEqual([]);
  });

  test('[CX4] has every refusal as an instant, and the load after each step', () => {
    const { arrivals, events } = expectTrace(golden);
    const refused = arrivals.filter(({ disposition }) => disposition === 'refused');
    expect(ofPhase(chrome, 'i').filter(({ cat }) => cat === 'verdict')).toEqual(
      refused.map(({ verdict, facts }) =>
        expect.objectContaining({ name: `refused: ${verdict.reason}`, args: facts }),
      ),
    );
    const counters = ofPhase(chrome, 'C').filter((event) => event.name === 'requests');
    expect(counters).toHaveLength(events.length);
  });
});

describe('a trace for a profiler', () => {
  test('[CX5] names the process and its two rows', () => {
    const names = ofPhase(chromeOf(readGolden('plain-run')), 'M').map(({ args }) => args?.['name']);
    expect(names).toEqual(['llamero', 'supervisor', 'requests']);
  });

  test('[CX6] shows states as slices from the outer to the inner, with the health of ready', () => {
    const names = ofPhase(chromeOf(readGolden('suspect-cleared')), 'B').map(({ name }) => name);
    expect(names).toEqual([
      'stopped',
      'idle',
      'starting',
      'acquiring',
      'loading',
      'probing',
      'decoding',
      'observing',
      'ready',
      'healthy',
      'suspect',
      'healthy',
    ]);
  });

  test('[CX7] shows a request first waiting, then running', () => {
    const bars = ofPhase(chromeOf(readGolden('queue-and-dispatch')), 'b').filter(({ id }) => id === 'r2');
    expect(bars.map(({ name, tid }) => [name, tid])).toEqual([
      ['waiting', 2],
      ['running', 2],
      ['prompting', 2],
      ['decoding', 2],
    ]);
  });

  test('[CX28] shows the steps of a running request as far as they are told', () => {
    const stage = stageChart();
    stage.makeReady();
    stage.submit();
    stage.advanced('r1', 'prompting');
    stage.advanced('r1', 'decoding');
    stage.advanced('r1', 'decoding');
    stage.advanced('r1', 'aborting');
    stage.settled('r1', 'cancelled', 'cancelled_by_caller');
    const bars = ofPhase(chromeOf(stage.recorder.dump()), 'b', 'e');
    expect(bars.map(({ ph, name }) => `${ph} ${name}`)).toEqual([
      'b running',
      'b prompting',
      'e prompting',
      'b decoding',
      'e decoding',
      'b aborting',
      'e aborting',
      'e running',
    ]);
  });

  test('[CX8] has faults as instants', () => {
    const faults = ofPhase(chromeOf(readGolden('start-digest-mismatch')), 'i');
    expect(faults.map(({ name, cat, s }) => [name, cat, s])).toEqual([
      ['fault: digest_mismatch', 'fault', 'g'],
    ]);
  });

  test('[CX9] has memory and CPU as counters of each sample', () => {
    const stage = stageChart();
    stage.start();
    stage.sampled({ memoryTotalBytes: 100, memoryAvailableBytes: 30, processBytes: 7, cpuLoadRatio: 0.5 });
    const counters = ofPhase(chromeOf(stage.recorder.dump()), 'C').filter(({ name }) => name !== 'requests');
    expect(counters.map(({ name, args }) => [name, args])).toEqual([
      ['memory', { used: 70, process: 7 }],
      ['cpu', { ratio: 0.5 }],
    ]);
  });

  test('[CX10] ends what is open where the trace ends', () => {
    const stage = stageChart();
    stage.makeReady();
    stage.submit();
    const { traceEvents } = chromeOf(stage.recorder.dump());
    expect(traceEvents.slice(-3).map(({ ph, name }) => `${ph} ${name}`)).toEqual([
      'e running',
      'E healthy',
      'E ready',
    ]);
  });

  test('[CX10] shows a damaged trace up to where it is damaged', () => {
    const whole = chromeOf(readGolden('plain-run'));
    const lines = readGolden('plain-run').split('\n');
    const cut = chromeOf([...lines.slice(0, 9), 'damage']);
    expect(ofPhase(cut, 'B')).toEqual(ofPhase(whole, 'B').slice(0, ofPhase(cut, 'B').length));
    expect(ofPhase(cut, 'B').length).toBeGreaterThan(2);
    expect(ofPhase(cut, 'B')).toHaveLength(ofPhase(cut, 'E').length);
  });

  test('[CX10] shows no request that a drain abandoned as running on', () => {
    const chrome = chromeOf(readGolden('drain-abandoned'));
    const ended = ofPhase(chrome, 'e').find(({ id }) => id === 'r1')!;
    const stopped = ofPhase(chrome, 'B').findLast(({ name }) => name === 'stopped')!;
    expect(ended.ts).toBeLessThanOrEqual(stopped.ts);
  });

  test('[CX11] is the same for each supervisor that was recorded, one after the other', () => {
    expect(chromeOf(readGolden('plain-run'))).toEqual(chromeOf(readGolden('plain-run')));
    expect(chromeOf('')).toMatchObject({ displayTimeUnit: 'ms', traceEvents: { length: 3 } });
  });
});
