import type { Chart, ChartName } from '../charts/chart.ts';
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

/**
 * A trace as the page shows it. Lines are fed as they come; every view is of one step, by its index, and nothing
 * later leaks into it. An index that is not held gives the view of the nearest one that is.
 */
export interface InspectorModel {
  readonly log: TraceLog;
  /** Counts the lines that changed something. */
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

export function createInspectorModel(_charts: InspectorCharts): InspectorModel {
  throw new Error('not built yet');
}
