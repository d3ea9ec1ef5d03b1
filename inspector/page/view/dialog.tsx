import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../store/store.ts';
import { IconButton } from './icon-button.tsx';

/** A dialog over the page: Escape, a click beside it or its button close it, and the focus goes back. */
export function Dialog({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  const { dialog } = useStore();
  const element = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    element.current?.showModal();
  }, []);

  function close() {
    element.current?.close();
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself.
    <dialog
      ref={element}
      class="dialog"
      data-testid="dialog"
      aria-label={title}
      onClose={() => {
        dialog.value = null;
      }}
      onClick={(event) => {
        if (event.target === element.current) close();
      }}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2>{title}</h2>
          <IconButton icon="close" label="Close" testId="close-dialog" onPress={close} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
