import type { VerdictText } from '../../model/views.ts';

/** A decision, with the facts that it was made from. */
export function VerdictCard({ verdict }: { readonly verdict: VerdictText }) {
  const { subject, ok, reason, text, facts } = verdict;
  return (
    <section class="verdict" data-testid="verdict" data-ok={ok} data-reason={reason} data-subject={subject}>
      <p class="verdict-head">
        <span class="verdict-subject">{subject}</span>
        <strong>{text}</strong>
      </p>
      {facts.length > 0 && (
        <ul class="facts">
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
