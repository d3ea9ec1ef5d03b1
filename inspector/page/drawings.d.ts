declare module 'virtual:drawings' {
  import type { Drawings } from './store/store.ts';

  /** The charts of the machines with their layout, drawn when the page was built. */
  const drawings: Drawings;
  export default drawings;
}
