import { useStore } from '../store/store.ts';
import { REQUEST_ROWS_MAX } from './requests-panel.tsx';

/** Which requests the table shows, and how many there are. */
export function RequestFilterBar() {
  const { isOpenOnly, wantedRequests } = useStore();
  const { length } = wantedRequests.value;
  return (
    <div class="filter-bar">
      <label class="check">
        <input
          type="checkbox"
          data-testid="open-only"
          checked={isOpenOnly.value}
          onChange={(event) => {
            isOpenOnly.value = event.currentTarget.checked;
          }}
        />
        only those that go on
      </label>
      <span class="filter-count" data-testid="request-count">
        {length > REQUEST_ROWS_MAX ? `latest ${REQUEST_ROWS_MAX} of ${length}` : length}
      </span>
    </div>
  );
}
