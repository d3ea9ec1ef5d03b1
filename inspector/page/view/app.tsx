import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { wordsOfState } from '../store/state-words.ts';
import { type NarrowName, useStore } from '../store/store.ts';
import { BenchSplitter } from './bench-splitter.tsx';
import { ChartPanel } from './chart-panel.tsx';
import { DropTarget } from './drop-target.tsx';
import { EmptyState } from './empty-state.tsx';
import { GaugePanel } from './gauge-panel.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { LowerPanel } from './lower-panel.tsx';
import { ProblemDialog, ProblemStrip } from './problems.tsx';
import { Scrubber } from './scrubber.tsx';
import { TabList } from './tab-list.tsx';
import { TestDialog } from './test-dialog.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { TopBar } from './top-bar.tsx';
import { useKeys } from './use-keys.ts';
import { useMedia } from './use-media.ts';

/** The whole page. */
export function App() {
  const store = useStore();
  const { log } = store;
  const isNarrow = useMedia('(max-width: 760px)');
  useKeys(store);
  useSignalEffect(() => {
    const [state] = wordsOfState(store.standing.value?.after.state);
    document.title = state === undefined ? 'Llamero inspector' : `${state} · Llamero inspector`;
  });
  const isEmpty = log.endIndex.value === log.firstIndex.value;
  return (
    <div class="app" data-narrow={isNarrow}>
      <TopBar />
      {isEmpty ? <EmptyState /> : isNarrow ? <NarrowBench /> : <WideBench />}
      <Notice />
      <ChosenDialog />
      <DropTarget />
    </div>
  );
}

function WideBench() {
  const { lowerPx } = useStore();
  const rows = lowerPx.value === null ? undefined : { '--lower': `${lowerPx.value}px` };
  return (
    <main class="bench" style={rows}>
      <div class="bench-top">
        <Scrubber />
        <ProblemStrip />
      </div>
      <ChartPanel />
      <GaugePanel />
      <TimelinePanel />
      <BenchSplitter />
      <LowerPanel />
    </main>
  );
}

/** One column: one part at a time, with the slider always there. */
function NarrowBench() {
  const { narrow, panel } = useStore();
  const isLower = narrow.value !== 'chart' && narrow.value !== 'gauges' && narrow.value !== 'timeline';
  return (
    <main class="bench">
      <div class="bench-top">
        <Scrubber />
        <ProblemStrip />
        <TabList<NarrowName>
          label="Parts"
          panelId="part"
          chosen={narrow.value}
          onChoose={(name) => {
            narrow.value = name;
            if (name !== 'chart' && name !== 'gauges' && name !== 'timeline') panel.value = name;
          }}
          tabs={[
            { name: 'chart', label: 'Chart' },
            { name: 'gauges', label: 'Gauges' },
            { name: 'timeline', label: 'Timeline' },
            { name: 'events', label: 'Events' },
            { name: 'requests', label: 'Requests' },
            { name: 'actors', label: 'Actors' },
            { name: 'curves', label: 'Curves' },
          ]}
        />
      </div>
      <div id="part" role="tabpanel" class="narrow-part" aria-labelledby={`part-tab-${narrow.value}`}>
        {narrow.value === 'chart' && <ChartPanel />}
        {narrow.value === 'gauges' && <GaugePanel />}
        {narrow.value === 'timeline' && <TimelinePanel />}
        {isLower && <LowerPanel />}
      </div>
    </main>
  );
}

/** Says aloud what happened by itself. */
function Notice() {
  const { notice } = useStore();
  useEffect(() => {
    if (notice.value === '') return;
    const timer = setTimeout(() => {
      notice.value = '';
    }, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice.value, notice]);
  return (
    <p class="notice" role="status" aria-live="polite" data-testid="notice" data-shown={notice.value !== ''}>
      {notice.value}
    </p>
  );
}

const NOTICE_MS = 2500;

function ChosenDialog() {
  const { dialog } = useStore();
  switch (dialog.value) {
    case 'test':
      return <TestDialog />;
    case 'help':
      return <HelpDialog />;
    case 'problems':
      return <ProblemDialog />;
    case null:
      return null;
  }
}
