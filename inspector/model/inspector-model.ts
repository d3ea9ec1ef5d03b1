import type { Chart, ChartName } from '../charts/chart.ts';
import { createActiveIndex } from './active-charts.ts';
import { actorTreeOf } from './actor-tree.ts';
import { placesOf } from './chart-places.ts';
import { createEffectIndex } from './effect-index.ts';
import { eventDetailsOf } from './event-details.ts';
import { createEventSearch } from './event-filter.ts';
import { eventRowOf } from './event-row.ts';
import { exportText } from './export-text.ts';
import { createSeriesIndex } from './gauge-series.ts';
import { downloadOf, gaugesOf } from './gauges.ts';
import { createRequestIndex } from './requests.ts';
import { type AllPlaces, takenTransitionsOf } from './taken-transitions.ts';
import { testText } from './test-text.ts';
import { createTimelineIndex } from './timeline.ts';
import { createTraceLog } from './trace-log.ts';
import type {
  ActiveCharts,
  ActorNode,
  DownloadGauge,
  EventDetails,
  EventFilter,
  EventRow,
  Gauge,
  GaugeSeries,
  RequestRow,
  TakenTransition,
  Timeline,
  TraceLog,
  TraceProblem,
} from './views.ts';

export type InspectorCharts = Readonly<Record<ChartName, Chart>>;

export interface InspectorOptions {
  /** Most steps that are held; the oldest are dropped. Default: 200,000. */
  readonly stepsMax?: number;
}

/**
 * A trace as the page shows it. Lines are fed as they come; every view is of one step, by its index, and nothing
 * later leaks into it. An index that is not held gives the view of the nearest one that is; where no step is held
 * at all a view throws a `RangeError`.
 */
export interface InspectorModel {
  readonly log: TraceLog;
  /** Counts the lines that were taken. */
  readonly version: number;
  /** Takes the next line. What cannot be read is told, and what came before stands. */
  feed(line: string): TraceProblem | null;

  rowAt(index: number): EventRow;
  /** Indices of the events that pass, in order. The same array as before where nothing changed. */
  filterRows(filter: EventFilter): readonly number[];
  detailsAt(index: number): EventDetails;
  activeAt(index: number): ActiveCharts;
  takenAt(index: number): readonly TakenTransition[];
  timelineAt(index: number): Timeline;
  /** Requests that had come by then, the latest first. */
  requestsAt(index: number): readonly RequestRow[];
  gaugesAt(index: number): readonly Gauge[];
  downloadAt(index: number): DownloadGauge | null;
  seriesAt(index: number): GaugeSeries;
  /** The supervisor, with everything that lives below it. */
  actorsAt(index: number): ActorNode;

  /** The steps from `from` up to, without, `to` as a trace that can be read and replayed. Default: all that are held. */
  exportText(from?: number, to?: number): string;
  /** A Jest test that replays the exported trace, which lies beside it as `fileName`. */
  testText(fileName: string, from?: number, to?: number): string;
}

export function createInspectorModel(
  charts: InspectorCharts,
  options: InspectorOptions = {},
): InspectorModel {
  const places: AllPlaces = {
    supervisor: placesOf(charts.supervisor),
    acquisition: placesOf(charts.acquisition),
    request: placesOf(charts.request),
  };
  const active = createActiveIndex();
  const effects = createEffectIndex();
  const requests = createRequestIndex();
  const timeline = createTimelineIndex();
  const series = createSeriesIndex();
  const search = createEventSearch((moment) => eventRowOf(moment, log.header));
  const traced = createTraceLog({
    ...options,
    followers: [
      active.follower,
      effects.follower,
      requests.follower,
      timeline.follower,
      series.follower,
      search.follower,
    ],
  });
  const { log, feed } = traced;
  /** The step that a view is of. */
  const heldAt = (index: number): number => log.momentAt(index).index;

  return {
    log,
    get version() {
      return traced.version;
    },
    feed,
    rowAt: (index) => eventRowOf(log.momentAt(index), log.header),
    filterRows: search.find,
    detailsAt: (index) => eventDetailsOf(log.momentAt(index), log.header, places, effects),
    activeAt: (index) => active.at(heldAt(index)),
    takenAt: (index) => takenTransitionsOf(log.momentAt(index), places),
    timelineAt: (index) => {
      const held = heldAt(index);
      return timeline.at(held, log.timeAt(log.firstIndex), log.timeAt(held), requests.barsAt(held));
    },
    requestsAt: (index) => requests.rowsAt(heldAt(index)),
    gaugesAt: (index) => {
      const moment = log.momentAt(index);
      return gaugesOf(moment, log.header, series.tokensPerSecondAt(moment.index));
    },
    downloadAt: (index) => downloadOf(log.momentAt(index)),
    seriesAt: (index) => series.at(heldAt(index)),
    actorsAt: (index) => actorTreeOf(log.momentAt(index), charts.supervisor),
    exportText: (from, to) => exportText(log, from, to),
    testText: (fileName, from, to) => testText(log, fileName, from, to),
  };
}
