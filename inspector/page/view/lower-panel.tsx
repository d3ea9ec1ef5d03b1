import { type PanelName, useStore } from '../store/store.ts';
import { ActorsPanel } from './actors-panel.tsx';
import { CurvesPanel } from './curves-panel.tsx';
import { EventFilterBar } from './event-filter-bar.tsx';
import { EventsPanel } from './events-panel.tsx';
import { RequestFilterBar } from './request-filter-bar.tsx';
import { RequestsPanel } from './requests-panel.tsx';
import { TabList } from './tab-list.tsx';

/** Events, requests, actors and curves: one at a time. */
export function LowerPanel() {
  const { panel, log } = useStore();
  return (
    <section class="panel lower" data-part={panel.value} aria-label="Details">
      <header class="panel-head lower-head">
        <TabList
          label="Details"
          panelId="lower"
          chosen={panel.value}
          onChoose={(name) => {
            panel.value = name;
          }}
          tabs={[
            { name: 'events', label: 'Events', count: log.endIndex.value - log.firstIndex.value },
            { name: 'requests', label: 'Requests' },
            { name: 'actors', label: 'Actors' },
            { name: 'curves', label: 'Curves' },
          ]}
        />
        {panel.value === 'events' && <EventFilterBar />}
        {panel.value === 'requests' && <RequestFilterBar />}
      </header>
      <div class="panel-body" id="lower" role="tabpanel" aria-labelledby={`lower-tab-${panel.value}`}>
        <Chosen name={panel.value} />
      </div>
    </section>
  );
}

function Chosen({ name }: { readonly name: PanelName }) {
  switch (name) {
    case 'events':
      return <EventsPanel />;
    case 'requests':
      return <RequestsPanel />;
    case 'actors':
      return <ActorsPanel />;
    case 'curves':
      return <CurvesPanel />;
  }
}
