import { useComputed, useSignal } from '@preact/signals';
import type { ChartName } from '../../charts/chart.ts';
import type { ActiveStates } from '../../model/views.ts';
import { useStore } from '../store/store.ts';
import { ActiveTimes } from './active-times.tsx';
import { ChartViewport } from './chart-viewport.tsx';
import { TabList } from './tab-list.tsx';
import { TransitionSentence } from './transition-sentence.tsx';

const CHARTS: readonly { readonly name: ChartName; readonly label: string }[] = [
  { name: 'supervisor', label: 'Supervisor' },
  { name: 'acquisition', label: 'Acquisition' },
  { name: 'request', label: 'Request' },
];

/** The state charts, with what is active in them lit. */
export function ChartPanel() {
  const { active, chart } = useStore();
  const chosenRequest = useSignal<string | null>(null);
  const requestIds = useComputed(() => [...(active.value?.requests.keys() ?? [])]);
  const requestId = useComputed(() => {
    const ids = requestIds.value;
    const chosen = chosenRequest.value;
    return chosen !== null && ids.includes(chosen) ? chosen : (ids[0] ?? null);
  });
  const states = useComputed((): ActiveStates | null => {
    if (active.value === null) return null;
    if (chart.value === 'request') return active.value.requests.get(requestId.value ?? '') ?? null;
    return active.value[chart.value];
  });
  return (
    <section
      class="panel chart"
      data-part="chart"
      aria-label="State charts"
      data-testid="chart"
      data-chart={chart.value}
    >
      <header class="panel-head chart-head">
        <TabList
          label="State charts"
          panelId="chart-view"
          tabs={CHARTS}
          chosen={chart.value}
          onChoose={(name) => {
            chart.value = name;
          }}
        />
        {chart.value === 'request' && requestIds.value.length > 0 && (
          <select
            class="select mono"
            aria-label="Request"
            data-testid="chart-request"
            value={requestId.value ?? ''}
            onChange={(event) => {
              chosenRequest.value = event.currentTarget.value;
            }}
          >
            {requestIds.value.map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        )}
        {states.value === null ? (
          <span class="chart-absent quiet">{absence(chart.value)}</span>
        ) : (
          <ActiveTimes states={states.value} />
        )}
      </header>
      <div
        class="panel-body chart-body"
        id="chart-view"
        role="tabpanel"
        aria-labelledby={`chart-view-tab-${chart.value}`}
      >
        <ChartViewport name={chart.value} states={states.value} />
      </div>
      <TransitionSentence />
    </section>
  );
}

function absence(chart: ChartName): string {
  switch (chart) {
    case 'supervisor':
      return '';
    case 'acquisition':
      return 'no model is being fetched';
    case 'request':
      return 'no request runs';
  }
}
