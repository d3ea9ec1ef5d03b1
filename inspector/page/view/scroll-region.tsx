import type { ComponentChildren } from 'preact';

interface ScrollRegionProps {
  readonly class: string;
  readonly label: string;
  readonly children: ComponentChildren;
}

/** A part that scrolls by itself: the Tab key stops there, so that the arrows can scroll it. */
export function ScrollRegion({ class: name, label, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section class={name} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
