import { describe, expect, test } from '@jest/globals';
import { placesOf } from '../../../../inspector/model/chart-places.ts';
import { createInspectorModel, type InspectorModel } from '../../../../inspector/model/inspector-model.ts';
import { activeIdsOf } from '../../../../inspector/model/state-words.ts';
import { listGoldens, readGolden } from '../../../traces/golden-files.ts';
import { goldenModel, indicesOf, linesOf, modelOf } from './fed-models.ts';
import { readMachineCharts } from './machine-charts.ts';
import { progressLines } from './progress-trace.ts';

const charts = readMachineCharts();
const places = placesOf(charts.supervisor);

/** What a step of a type took in one of the charts, in short: `from event[guard] to`. */
function takenBy(model: InspectorModel, type: string, nth = 0, chart = 'supervisor'): string[] {
  const index = indicesOf(model).filter((at) => model.rowAt(at).type === type)[nth]!;
  return model
    .takenAt(index)
    .filter((taken) => taken.chart === chart)
    .map(({ from, event, guard, to }) => `${from} ${event}[${guard ?? ''}] ${to ?? '-'}`);
}

describe('the transitions that a step took', () => {
  test.each(listGoldens())(
    '[IM40] %s: lead in the chart from the state before to the state after',
    (name) => {
      const model = goldenModel(name);
      for (const index of indicesOf(model)) {
        const { before, after } = model.log.momentAt(index);
        const taken = model.takenAt(index).filter(({ chart }) => chart === 'supervisor');
        const reached = taken.reduce<ReadonlySet<string>>(
          (active, { transition }) =>
            places.enter(active, charts.supervisor.transitions.find(({ id }) => id === transition)!),
          new Set(activeIdsOf(before.state)),
        );
        expect([...reached].sort()).toEqual([...activeIdsOf(after.state)].sort());
      }
    },
  );

  test.each([
    ['queue-full', 'request.submit', 0, ['ready request.submit[gateAdmits] -']],
    ['queue-full', 'request.submit', 1, ['ready request.submit[gateEnqueues] -']],
    ['queue-full', 'request.submit', 3, ['ready request.submit[] -']],
    ['cancel-queued', 'request.cancel', 0, [' request.cancel[isQueued] -']],
    ['cancel-running', 'request.cancel', 0, [' request.cancel[isRunning] -']],
    [
      'suspect-restart-ready',
      'request.settled',
      0,
      ['ready.health.healthy request.settled[castsSuspicion] ready.health.suspect'],
    ],
    [
      'suspect-restart-ready',
      'runtime.probed',
      1,
      [
        'ready.health.suspect runtime.probed[probeFailed] draining.aborting',
        'draining.aborting [nothingInFlight] draining.releasing',
      ],
    ],
    [
      'suspect-restart-ready',
      'runtime.released',
      0,
      [
        'draining.releasing runtime.released[isCurrent] draining.released',
        'draining.released [leadsToBackoff] stopped.backingOff',
      ],
    ],
    ['stale-completions', 'supervisor.start', 0, ['stopped supervisor.start[] starting']],
    ['unknown-event', 'unknown', 0, []],
  ])('[IM41] are told with event and guard: %s, %s %d', (name, type, nth, wanted) => {
    expect(takenBy(goldenModel(name), type, nth)).toEqual(wanted);
  });

  test('[IM42] of pressure lead straight from one level to another', () => {
    const model = goldenModel('pressure-up-and-down');
    const moves = indicesOf(model).flatMap((index) =>
      model.takenAt(index).filter(({ from }) => from.startsWith('ready.pressure.')),
    );
    expect(moves.map(({ guard, to }) => [guard, to])).toEqual(
      expect.arrayContaining([
        ['pressureIsElevated', 'ready.pressure.elevated'],
        ['pressureIsCritical', 'ready.pressure.critical'],
        ['pressureIsNominal', 'ready.pressure.nominal'],
      ]),
    );
  });

  test('[IM43] of the acquisition chart are those between the steps that were told', () => {
    const model = goldenModel('download-cut');
    const moves = indicesOf(model)
      .flatMap(model.takenAt)
      .filter(({ chart }) => chart === 'acquisition');
    expect(moves.map(({ from, event, to }) => `${from} ${event} ${to}`)).toEqual([
      'probing source.probed streaming',
      'streaming fetch.failed waiting',
      'waiting xstate.after.retryDelay.acquisition.waiting probing',
      'probing source.probed streaming',
      'streaming transfer.completed verifying',
      'verifying model.verified publishing',
      'publishing model.published recorded',
    ]);
  });

  test('[IM44] of the request chart are those between the steps that were told', () => {
    const model = modelOf(progressLines());
    const moves = indicesOf(model)
      .flatMap(model.takenAt)
      .filter(({ chart }) => chart === 'request');
    expect(moves.map(({ from, event, to }) => `${from} ${event} ${to}`)).toEqual([
      'active.prompting token.decoded active.decoding',
      'active.decoding reader.held active.held',
      'active.held reader.flowing active.decoding',
      'active generation.ended settled',
    ]);
    expect(takenBy(goldenModel('cancel-running'), 'request.cancel', 0, 'request')).toEqual([
      'active request.abort[] aborting',
    ]);
  });

  test('[IM45] of a chart that does not lead there are none', () => {
    const empty = { ...charts.supervisor, transitions: [] };
    const model = createInspectorModel({ ...charts, supervisor: empty });
    for (const line of linesOf(readGolden('queue-full'))) model.feed(line);
    expect(
      indicesOf(model)
        .flatMap(model.takenAt)
        .filter(({ chart }) => chart === 'supervisor'),
    ).toEqual([]);
  });

  test('[IM46] are found by where they lead, where a guard is not known', () => {
    const renamed = charts.supervisor.transitions.map((transition) =>
      transition.guard === null ? transition : { ...transition, guard: `${transition.guard}2` },
    );
    const model = createInspectorModel({
      ...charts,
      supervisor: { ...charts.supervisor, transitions: renamed },
    });
    for (const line of linesOf(readGolden('suspect-restart-ready'))) model.feed(line);
    expect(takenBy(model, 'runtime.probed', 1)).toEqual([
      'ready.health.suspect runtime.probed[probeFailed2] draining.aborting',
      'draining.aborting [nothingInFlight2] draining.releasing',
    ]);
  });
});

describe('the active states', () => {
  test.each(listGoldens())('[IM47] %s: are those of the state, each since it was entered', (name) => {
    const model = goldenModel(name);
    for (const index of indicesOf(model)) {
      const { supervisor } = model.activeAt(index);
      expect([...supervisor.keys()].sort()).toEqual(
        [...activeIdsOf(model.log.momentAt(index).after.state)].sort(),
      );
      for (const [id, atMs] of supervisor) {
        const earlier = indicesOf(model).filter((at) => at <= index);
        const left = earlier.findLast((at) => !model.activeAt(at).supervisor.has(id));
        const entered = left === undefined ? null : model.log.timeAt(left + 1);
        if (entered !== null) expect(atMs).toBe(entered);
      }
    }
  });

  test('[IM48] of the acquisition are there while it is under way and at its end, and not after a stop', () => {
    const whole = goldenModel('download-cut');
    const steps = indicesOf(whole).map((index) =>
      [...(whole.activeAt(index).acquisition?.keys() ?? ['none'])].join(),
    );
    expect(steps.filter((step, place) => step !== steps[place - 1])).toEqual([
      'none',
      'locking',
      'probing',
      'streaming',
      'waiting',
      'probing',
      'streaming',
      'verifying',
      'publishing',
      'recorded',
    ]);
    const stopped = goldenModel('download-stopped');
    const { lifecycle } = stopped.log.momentAt(1e9).after.context;
    expect(lifecycle.phase).not.toBe('starting');
    expect(stopped.activeAt(1e9).acquisition).toBeNull();
  });

  test('[IM49] of each running request are told, with what it told of itself', () => {
    const model = modelOf(progressLines());
    const at = (atMs: number) => model.activeAt(model.log.indexAtTime(atMs)).requests;
    expect([...at(15).get('r1')!]).toEqual([['active', 10]]);
    expect([...at(20).get('r1')!]).toEqual([
      ['active', 10],
      ['active.prompting', 20],
    ]);
    expect([...at(1200).get('r1')!]).toEqual([
      ['active', 10],
      ['active.decoding', 200],
    ]);
    expect([...at(1300).get('r1')!.keys()]).toEqual(['active', 'active.held']);
    expect([...at(1300).keys()]).toEqual(['r1', 'r2']);
    expect([...at(2000).keys()]).toEqual(['r2']);
    const aborting = goldenModel('cancel-running');
    const index = indicesOf(aborting).find((step) => aborting.rowAt(step).type === 'request.cancel')!;
    expect([...aborting.activeAt(index).requests.get('r1')!.keys()]).toEqual(['aborting']);
  });
});
