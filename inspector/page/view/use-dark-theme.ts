import { useMedia } from './use-media.ts';

/** Whether the system wants dark colours: what is painted by hand must be painted anew. */
export function useDarkTheme(): boolean {
  return useMedia('(prefers-color-scheme: dark)');
}
