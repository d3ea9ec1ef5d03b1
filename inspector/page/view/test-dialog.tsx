import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { exportTrace, traceNameOf } from '../store/files.ts';
import { useStore } from '../store/store.ts';
import { Dialog } from './dialog.tsx';
import { IconButton } from './icon-button.tsx';

/** The test that replays this trace: copied where the browser allows it, and shown with its text chosen. */
export function TestDialog() {
  const store = useStore();
  const { log, recording } = store;
  const name = traceNameOf(store);
  const text = useMemo(() => {
    const { fromIndex, toIndex } = recording.rangeToExport.peek();
    return log.model.peek().testText(`${name}.jsonl`, fromIndex, toIndex);
  }, [name, log, recording]);
  const [isCopied, setIsCopied] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  function copy() {
    area.current?.focus();
    area.current?.select();
    // Where a page may not write to the clipboard, the chosen text can be copied by hand.
    Promise.resolve(navigator.clipboard?.writeText(text)).then(
      () => setIsCopied(navigator.clipboard !== undefined),
      () => setIsCopied(false),
    );
  }
  useEffect(copy, [text]);

  return (
    <Dialog title="Copy as test">
      <p role="status" data-testid="copy-status" data-copied={isCopied}>
        {isCopied
          ? 'The test is on the clipboard. It reads the trace beside it:'
          : 'Copy the chosen text (Ctrl C). The test reads the trace beside it:'}{' '}
        <code>{name}.jsonl</code>
      </p>
      <textarea
        ref={area}
        class="code-area"
        data-testid="test-text"
        aria-label="Test"
        readOnly
        rows={Math.min(18, text.split('\n').length)}
        spellcheck={false}
        value={text}
      />
      <div class="dialog-actions">
        <IconButton icon="copy" label="Copy the test" testId="copy-again" onPress={copy}>
          {isCopied ? 'Copied' : 'Copy'}
        </IconButton>
        <IconButton
          icon="export"
          label="Save the trace that the test reads"
          testId="save-trace"
          onPress={() => exportTrace(store)}
        >
          Save {name}.jsonl
        </IconButton>
      </div>
    </Dialog>
  );
}
