import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../store/store.ts';

/** The whole page takes a dropped file; while one hovers, it says so. */
export function DropTarget() {
  const { sources } = useStore();
  const [isOver, setIsOver] = useState(false);

  useEffect(() => {
    const closing = new AbortController();
    const { signal } = closing;
    document.addEventListener(
      'dragover',
      (event) => {
        event.preventDefault();
        setIsOver(true);
      },
      { signal },
    );
    document.addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) setIsOver(false);
      },
      { signal },
    );
    document.addEventListener(
      'drop',
      (event) => {
        event.preventDefault();
        setIsOver(false);
        const [file] = event.dataTransfer?.files ?? [];
        if (file !== undefined) void sources.openFile(file);
      },
      { signal },
    );
    return () => closing.abort();
  }, [sources]);

  return isOver ? (
    <div class="drop-veil" aria-hidden="true">
      <p>Let go to open the trace</p>
    </div>
  ) : null;
}
