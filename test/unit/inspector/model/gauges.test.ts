import { describe, expect, test } from '@jest/globals';
import type { InspectorModel } from '../../../../inspector/model/inspector-model.ts';
import type { ActorNode, Gauge } from '../../../../inspector/model/views.ts';
import { decodeTrace, encodeTrace } from '../../../doubles/trace-records.ts';
import { listGoldens, readGolden } from '../../../traces/golden-files.ts';
import { goldenModel, indicesOf, modelOf } from './fed-models.ts';
import { progressLines, silentLines } from './progress-trace.ts';

const silentModel = (name: string): InspectorModel => modelOf(silentLines(name));
const LAST = Number.MAX_SAFE_INTEGER;
const gaugeOf = (gauges: readonly Gauge[], id: Gauge['id']) => gauges.find((gauge) => gauge.id === id)!;
const typeAt = (model: InspectorModel, type: string, nth = 0) =>
  indicesOf(model).filter((index) => model.rowAt(index).type === type)[nth]!;

describe('the gauges', () => {
  test('[IM91] hold each number against its own limits', () => {
    const model = goldenModel('queue-full');
    const gauges = model.gaugesAt(typeAt(model, 'request.submit', 3));
    expect(gaugeOf(gauges, 'inFlight')).toMatchObject({ value: 1, of: 1, unit: 'count', tone: 'warning' });
    expect(gaugeOf(gauges, 'queue')).toMatchObject({ value: 2, of: 2, tone: 'bad' });
    expect(gaugeOf(gauges, 'sequences')).toMatchObject({ value: 1, of: 1 });
    const { memory, total } = { memory: gaugeOf(gauges, 'memory'), total: 17_179_869_184 };
    expect(memory).toMatchObject({
      value: total / 2,
      of: total,
      soft: 0.85 * total,
      hard: 0.97 * total,
      tone: 'plain',
    });
    expect(gaugeOf(gauges, 'process')).toMatchObject({ value: 209_715_200, hard: null });
    expect(gaugeOf(gauges, 'vram')).toMatchObject({ value: null, of: null, soft: null, hard: null });
    expect(gaugeOf(gauges, 'cpu')).toMatchObject({ value: 0.1, of: 1, soft: 1, hard: 1, unit: 'ratio' });
    expect(gaugeOf(gauges, 'loop')).toMatchObject({ value: 1, unit: 'ms' });
  });

  test.each(listGoldens())(
    '[IM92] %s: a reading above its hard limit is bad, and pressure says so too',
    (name) => {
      const model = goldenModel(name);
      for (const index of indicesOf(model)) {
        const { observation, pressure } = model.log.momentAt(index).after.context;
        const bad = model
          .gaugesAt(index)
          .filter(({ id, tone }) => tone === 'bad' && ['memory', 'vram', 'cpu'].includes(id));
        if (bad.length > 0) expect(pressure).toBe('critical');
        if (pressure === 'nominal' && observation !== null) expect(bad).toEqual([]);
      }
    },
  );

  test('[IM93] tell memory above its limits', () => {
    const model = goldenModel('memory-exceeded');
    const tones = indicesOf(model).map((index) => gaugeOf(model.gaugesAt(index), 'memory').tone);
    expect(new Set(tones)).toEqual(new Set(['plain', 'bad']));
  });

  test('[IM94] tell tokens in a second of all requests that decode, and none where no trace tells', () => {
    const model = modelOf(progressLines());
    const rates = [20, 300, 1200, 1300, 1500, 1990, 2000].map(
      (atMs) => gaugeOf(model.gaugesAt(model.log.indexAtTime(atMs)), 'tokens').value,
    );
    expect(rates[2]).toBe(40);
    expect(rates[3]).toBe(0);
    expect(rates[5]).toBeCloseTo(20.4, 1);
    expect(rates[6]).toBe(0);
    expect(gaugeOf(silentModel('queue-full').gaugesAt(LAST), 'tokens').value).toBeNull();
  });

  test('[IM95] tell of the download while it is under way or went wrong', () => {
    const model = goldenModel('download-cut');
    expect(model.downloadAt(0)).toBeNull();
    expect(model.downloadAt(7)).toMatchObject({
      step: 'streaming',
      receivedBytes: 60_000,
      totalBytes: 200_000,
      attempt: 1,
    });
    expect(model.downloadAt(8)).toMatchObject({ step: 'waiting', reason: 'transfer_cut' });
    expect(model.downloadAt(LAST)).toBeNull();
    expect(goldenModel('download-digest-mismatch').downloadAt(LAST)).toMatchObject({
      step: 'rejected',
      reason: 'digest_mismatch',
    });
  });

  test.each(listGoldens())(
    '[IM96] %s: the curves have what the gauges have, one entry for each change',
    (name) => {
      const model = goldenModel(name);
      const series = model.seriesAt(LAST);
      const { length } = series.atMs;
      expect(Object.values(series).every((column) => column.length === length)).toBe(true);
      for (const index of indicesOf(model)) {
        const upTo = model.seriesAt(index);
        const gauges = model.gaugesAt(index);
        expect(upTo.inFlight.at(-1)).toBe(gaugeOf(gauges, 'inFlight').value);
        expect(upTo.queue.at(-1)).toBe(gaugeOf(gauges, 'queue').value);
        expect(upTo.memoryBytes.at(-1)).toBe(gaugeOf(gauges, 'memory').value);
        expect(upTo.cpuRatio.at(-1)).toBe(gaugeOf(gauges, 'cpu').value);
      }
      const rows = series.atMs.map((_, place) =>
        Object.entries(series).map(([key, column]) => (key === 'atMs' ? 0 : column[place])),
      );
      expect(
        rows.every((row, place) => place === 0 || JSON.stringify(row) !== JSON.stringify(rows[place - 1])),
      ).toBe(true);
    },
  );

  test('[IM97] have no limits where the header of another version has none', () => {
    const records = decodeTrace(readGolden('queue-full'));
    const model = modelOf(encodeTrace([{ ...records[0], limits: {} }, ...records.slice(1)]));
    expect(model.gaugesAt(LAST).flatMap(({ soft, hard }) => [soft, hard])).toEqual(Array(18).fill(null));
    expect(indicesOf(model).map((index) => model.rowAt(index).summary)).toContain(
      'refused: queue_full, queue 2',
    );
  });
});

describe('the tree of actors', () => {
  const idsOf = ({ id, children }: ActorNode): string[] => [id, ...children.flatMap(idsOf)];

  test('[IM98] has the ports of the active states, the acquisition below its port, and the requests that run', () => {
    const download = goldenModel('download-cut');
    expect(idsOf(download.actorsAt(6))).toEqual([
      'supervisor',
      'requestLedger',
      'observeBackpressure',
      'prepareRuntime',
      'observeResources',
      'acquireModel',
      'acquisition',
    ]);
    const running = silentModel('cancel-running');
    const ledger = running.actorsAt(typeAt(running, 'request.cancel')).children[0];
    expect(ledger).toMatchObject({ id: 'requestLedger', children: [{ id: 'r1', detail: 'aborting' }] });
    const told = modelOf(progressLines());
    expect(told.actorsAt(told.log.indexAtTime(1200)).children[0]?.children).toMatchObject([
      { id: 'r1', detail: 'decoding, 41 tokens' },
      { id: 'r2', detail: 'prompting, 0 tokens' },
    ]);
    expect(idsOf(goldenModel('stop-while-idle').actorsAt(LAST))).toEqual([
      'supervisor',
      'requestLedger',
      'observeBackpressure',
    ]);
  });
});
