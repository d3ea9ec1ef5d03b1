import { EventDetailsPane } from './event-details-pane.tsx';
import { EventFilterBar } from './event-filter-bar.tsx';
import { EventList } from './event-list.tsx';

export function EventsPanel() {
  return (
    <div class="events">
      <div class="events-left">
        <EventFilterBar />
        <EventList />
      </div>
      <EventDetailsPane />
    </div>
  );
}
