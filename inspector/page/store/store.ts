import { computed, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChartDrawing, ChartName } from '../../charts/chart.ts';
import { createFiltering } from './filtering.ts';
import { createLastTaken } from './last-taken.ts';
import { createLog } from './log.ts';
import { createMoment } from './moment.ts';
import { createRecording } from './recording.ts';
import { createSources } from './sources.ts';

export type Drawings = Readonly<Record<ChartName, ChartDrawing>>;

export type PanelName = 'events' | 'requests' | 'actors' | 'curves';

/** On a narrow screen one part is shown at a time. */
export type NarrowName = 'chart' | 'gauges' | 'timeline' | PanelName;

export type DialogName = 'test' | 'help' | 'problems';

export type Store = ReturnType<typeof createStore>;

/** Everything that the page knows, as signals. One store for each page. */
export function createStore(drawings: Drawings) {
  /** Told to people who cannot see the page change. */
  const notice = signal('');
  const log = createLog(drawings);
  const moment = createMoment(log);
  const recording = createRecording(log);
  const sources = createSources(log, moment, recording, notice);
  const filtering = createFiltering(log, moment);
  /** A view of the step that is shown. */
  const atShown = <T>(view: (index: number) => T) =>
    computed(() => (moment.shown.value === null ? null : view(moment.shown.value)));
  const wholeTimeline = computed(() =>
    moment.end.value > log.firstIndex.value ? log.model.value.timelineAt(moment.end.value - 1) : null,
  );
  const requests = atShown((index) => log.model.value.requestsAt(index));
  /** Whether the table leaves out the requests that ended. */
  const isOpenOnly = signal(false);
  const chart = signal<ChartName>('supervisor');
  const findLastTaken = createLastTaken();
  return {
    drawings,
    log,
    moment,
    recording,
    sources,
    filtering,
    chart,
    /** How large the chart is drawn; null as its place wants it. */
    chartScale: signal<number | null>(null),
    panel: signal<PanelName>('events'),
    narrow: signal<NarrowName>('chart'),
    /** Height of the part below; null as the style sheet has it. */
    lowerPx: signal<number | null>(null),
    dialog: signal<DialogName | null>(null),
    notice,
    standing: atShown((index) => log.model.value.log.momentAt(index)),
    details: atShown((index) => log.model.value.detailsAt(index)),
    active: atShown((index) => log.model.value.activeAt(index)),
    /** The latest transition of the chart that is shown. */
    lastTaken: atShown((index) => findLastTaken(log.model.value, chart.value, index)),
    /** Up to the latest step that may be shown. */
    wholeTimeline,
    timeline: atShown((index) =>
      index === moment.end.value - 1 ? wholeTimeline.value : log.model.value.timelineAt(index),
    ),
    requests,
    isOpenOnly,
    wantedRequests: computed(() => {
      const all = requests.value ?? [];
      return isOpenOnly.value ? all.filter(({ stage }) => stage !== 'ended') : all;
    }),
    gauges: atShown((index) => log.model.value.gaugesAt(index)),
    download: atShown((index) => log.model.value.downloadAt(index)),
    series: atShown((index) => log.model.value.seriesAt(index)),
    actors: atShown((index) => log.model.value.actorsAt(index)),
  };
}

const StoreContext = createContext<Store | null>(null);

export const StoreProvider = StoreContext.Provider;

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('a part of the page stands outside of its store');
  return store;
}
