import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export interface ElementSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Inner size of an element, as it changes; zero before it is in the document. */
export function useElementSize(element: RefObject<HTMLElement | null>): ElementSize {
  const [size, setSize] = useState<ElementSize>({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const measure = () =>
      setSize((before) =>
        before.widthPx === current.clientWidth && before.heightPx === current.clientHeight
          ? before
          : { widthPx: current.clientWidth, heightPx: current.clientHeight },
      );
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
