import type { Store } from './store.ts';

/** Asks for a file and hands it on. */
export function pickFile(onFile: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.jsonl,.ndjson,.json,.txt';
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) onFile(file);
  });
  input.click();
}

/** Name that an exported trace gets, and that the copied test reads. */
export function traceNameOf(store: Store): string {
  const origin = store.sources.origin.peek();
  return origin.kind === 'file'
    ? origin.name.replace(/(\.jsonl|\.ndjson|\.json|\.txt)?$/, '')
    : 'llamero-trace';
}

/** Saves the recorded part, or everything that is held, as a trace file. */
export function exportTrace(store: Store): void {
  const { fromIndex, toIndex } = store.recording.rangeToExport.peek();
  const text = store.log.model.peek().exportText(fromIndex, toIndex);
  const url = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${traceNameOf(store)}.jsonl`;
  link.click();
  // The download has its own hold on the bytes once it began.
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
  store.notice.value = `Exported ${toIndex - fromIndex} events as ${link.download}`;
}

const REVOKE_AFTER_MS = 10_000;
