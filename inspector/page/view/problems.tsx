import { useStore } from '../store/store.ts';
import { Dialog } from './dialog.tsx';

/** Says that parts of a trace could not be read; what could be is shown. */
export function ProblemStrip() {
  const { log, dialog } = useStore();
  const [first] = log.problems.value;
  const lost = log.lost.value;
  if (first === undefined && lost === 0) return null;
  return (
    <div class="strip" role="alert" data-testid="problems" data-count={log.problemCount.value}>
      {first !== undefined && (
        <p>
          <strong>Line {first.line}:</strong> {first.message}
        </p>
      )}
      {lost > 0 && <p>{lost} events were lost while the trace was recorded.</p>}
      {log.problemCount.value > 1 && (
        <button
          type="button"
          class="link"
          onClick={() => {
            dialog.value = 'problems';
          }}
        >
          all {log.problemCount.value} problems
        </button>
      )}
    </div>
  );
}

export function ProblemDialog() {
  const { log } = useStore();
  const problems = log.problems.value;
  return (
    <Dialog title="What could not be read">
      <ul class="plain-list problem-list">
        {problems.map(({ line, message }) => (
          <li key={line}>
            <strong>Line {line}:</strong> {message}
          </li>
        ))}
      </ul>
      {log.problemCount.value > problems.length && (
        <p class="quiet">and {log.problemCount.value - problems.length} more of the same trace</p>
      )}
    </Dialog>
  );
}
