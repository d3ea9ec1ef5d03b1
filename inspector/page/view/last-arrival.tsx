import { useStore } from '../store/store.ts';

/** What the gate said when it was asked last. */
export function LastArrival() {
  const { standing } = useStore();
  const arrival = standing.value?.after.context.lastArrival ?? null;
  return (
    <footer class="panel-foot gate-line" data-testid="gate-line">
      <span class="gate-label">Gate</span>
      {arrival === null ? (
        <span class="quiet">was not asked yet</span>
      ) : (
        <>
          <span class="verdict-mark" data-ok={arrival.verdict.ok}>
            {arrival.disposition}
          </span>
          <span class="mono">{arrival.requestId}</span>
          <span class="quiet">{arrival.verdict.reason}</span>
        </>
      )}
    </footer>
  );
}
