import { useEffect } from 'preact/hooks';
import type { PanelName, Store } from '../store/store.ts';

const PANELS: Readonly<Record<string, PanelName>> = { 1: 'events', 2: 'requests', 3: 'actors', 4: 'curves' };

/** Keys that work wherever nobody writes. A part that has a use of its own for a key takes it first. */
export function useKeys(store: Store): void {
  useEffect(() => {
    const closing = new AbortController();
    document.addEventListener('keydown', (event) => answerKey(store, event), { signal: closing.signal });
    return () => closing.abort();
  }, [store]);
}

function answerKey(store: Store, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (store.dialog.peek() !== null) return;
  const { target } = event;
  if (isWriting(target)) {
    if (event.key === 'Escape' && target instanceof HTMLElement) target.blur();
    return;
  }
  if (actOn(store, event, target)) event.preventDefault();
}

/** Whether the key meant something. */
function actOn(
  { moment, log, panel, dialog, narrow, sources }: Store,
  event: KeyboardEvent,
  target: EventTarget | null,
): boolean {
  const by = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case 'ArrowLeft':
      moment.step(-by);
      return true;
    case 'ArrowRight':
      moment.step(by);
      return true;
    case 'Home':
      moment.select(log.firstIndex.peek());
      return true;
    case 'End':
      moment.select(moment.end.peek() - 1);
      return true;
    case 'l':
    case 'L':
      moment.goLive();
      return true;
    case ' ':
      if (!sources.isLive.peek() || target instanceof HTMLButtonElement) return false;
      if (moment.pausedEnd.peek() === null) moment.pause();
      else moment.goLive();
      return true;
    case '/':
      panel.value = 'events';
      narrow.value = 'events';
      focusSearch();
      return true;
    case '?':
      dialog.value = 'help';
      return true;
    default: {
      const name = PANELS[event.key];
      if (name === undefined) return false;
      panel.value = name;
      return true;
    }
  }
}

/** At once where the box stands, so that no letter typed behind the key is lost; else once its panel is drawn. */
function focusSearch(): void {
  const find = () => document.querySelector<HTMLElement>('[data-testid=search]');
  if (find() === null) requestAnimationFrame(() => find()?.focus());
  else find()?.focus();
}

function isWriting(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'checkbox';
}
