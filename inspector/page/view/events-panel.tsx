import { EventDetailsPane } from './event-details-pane.tsx';
import { EventList } from './event-list.tsx';

export function EventsPanel() {
  return (
    <div class="events">
      <EventList />
      <EventDetailsPane />
    </div>
  );
}
