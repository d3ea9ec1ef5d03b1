import type { ContextChange } from '../../model/views.ts';

/** What an event changed in the supervisor's memory, old beside new. */
export function ContextDifference({ differences }: { readonly differences: readonly ContextChange[] }) {
  if (differences.length === 0) return <p class="quiet">nothing in the context</p>;
  return (
    <table class="difference" data-testid="differences">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Where</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ pointer, before, after }) => (
          <tr key={pointer} data-testid="difference" data-pointer={pointer}>
            <th scope="row">{pointer.slice(1).replaceAll('/', ' / ')}</th>
            <td>{before === undefined ? null : <del>{write(before)}</del>}</td>
            <td>{after === undefined ? null : <ins>{write(after)}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function write(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(7)));
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
