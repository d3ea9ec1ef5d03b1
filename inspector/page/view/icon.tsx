/** Small pictures of our own, drawn with lines 1.5 px wide on a grid of 16. Beside a text they say nothing new. */
const ICON_PATHS = {
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6l7.5-4.8z',
  record: 'M8 4.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6z',
  stop: 'M4.5 4.5h7v7h-7z',
  open: 'M2 12.5v-9h4l1.5 2H14v7z',
  export: 'M8 2.5v7.5M4.8 7L8 10.2L11.2 7M2.5 13.5h11',
  test: 'M6 2.5h4M7 2.5v4L3.2 12.6a.7.7 0 0 0 .6 1h8.4a.7.7 0 0 0 .6-1L9 6.5v-4M5.3 10h5.4',
  help: 'M5.7 6a2.3 2.3 0 1 1 3.3 2.1c-.7.3-1 .8-1 1.6M8 12.4v.1',
  first: 'M4 3.5v9M12 3.5L6.5 8l5.5 4.5',
  back: 'M10 3.5L5.5 8l4.5 4.5',
  forth: 'M6 3.5L10.5 8L6 12.5',
  last: 'M12 3.5v9M4 3.5L9.5 8L4 12.5',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  fit: 'M2.5 5.5v-3h3M13.5 5.5v-3h-3M2.5 10.5v3h3M13.5 10.5v3h-3',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 1 0 0-8.4M10.2 10.2L13.5 13.5',
  copy: 'M5.5 5.5h8v8h-8zM3 10.5v-8h7.5',
} as const;

export type IconName = keyof typeof ICON_PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
