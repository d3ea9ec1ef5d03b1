import { formatCount, formatMs } from '../../model/format.ts';
import type { RequestRow } from '../../model/views.ts';
import { useStore } from '../store/store.ts';
import { ScrollRegion } from './scroll-region.tsx';

/** Rows that are drawn; the latest ones, as older ones seldom matter. */
export const REQUEST_ROWS_MAX = 200;

/** All requests up to the step that is shown, the latest first. */
export function RequestsPanel() {
  const { wantedRequests } = useStore();
  const rows = wantedRequests.value.slice(0, REQUEST_ROWS_MAX);
  return (
    <div class="requests">
      <ScrollRegion class="table-scroll" label="Requests">
        <table class="table" data-testid="requests">
          <thead>
            <tr>
              <th scope="col">Request</th>
              <th scope="col">Stage</th>
              <th scope="col">Outcome</th>
              <th scope="col" class="number">
                Waited
              </th>
              <th scope="col" class="number">
                First token
              </th>
              <th scope="col" class="number">
                Prompt
              </th>
              <th scope="col" class="number">
                Output
              </th>
              <th scope="col" class="number">
                Tokens/s
              </th>
              <th scope="col" class="number">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={`${row.requestId} ${row.index}`} row={row} />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="nothing">No request so far.</p>}
      </ScrollRegion>
    </div>
  );
}

function Row({ row }: { readonly row: RequestRow }) {
  const { moment, filtering, panel } = useStore();
  return (
    <tr
      data-testid="request-row"
      data-request={row.requestId}
      data-stage={row.stage}
      data-outcome={row.outcome ?? ''}
    >
      <th scope="row">
        <button
          type="button"
          class="link mono"
          title="Show only its events"
          onClick={() => {
            filtering.onlyRequest(row.requestId);
            panel.value = 'events';
            moment.select(row.index);
          }}
        >
          {row.requestId}
        </button>
      </th>
      <td>
        <span class="stage" data-stage={row.stage}>
          {row.stage}
        </span>
      </td>
      <td>
        {row.outcome !== null && (
          <span class="outcome" data-outcome={row.outcome}>
            {row.outcome}
          </span>
        )}
        {row.reason !== null && <span class="quiet mono"> {row.reason}</span>}
      </td>
      <td class="number">{row.waitedMs === null ? '–' : formatMs(row.waitedMs)}</td>
      <td class="number">{row.firstTokenMs === null ? '–' : formatMs(row.firstTokenMs)}</td>
      <td class="number">{row.promptTokens > 0 ? formatCount(row.promptTokens) : '–'}</td>
      <td class="number">{row.outputTokens > 0 ? formatCount(row.outputTokens) : '–'}</td>
      <td class="number">{row.tokensPerSecond === null ? '–' : formatCount(row.tokensPerSecond)}</td>
      <td class="number">{row.endedAtMs === null ? '–' : formatMs(row.endedAtMs - row.arrivedAtMs)}</td>
    </tr>
  );
}
