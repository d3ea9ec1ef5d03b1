/** The inspector: shows a running or a recorded trace to this machine. It reads, and commands nothing. */
export { createFileFeed } from './server/file-feed.ts';
export { InspectorError, type InspectorErrorCode } from './server/inspector-error.ts';
export type { InspectorOptions } from './server/inspector-options.ts';
export { createRemoteFeed } from './server/remote-feed.ts';
export { type Inspector, startInspector } from './server/start-inspector.ts';
export type { FeedEnd, LineSink, TraceFeed, TraceSource, ViewerSeat } from './server/trace-feed.ts';
export {
  createStatelyOutlet,
  type InspectedEvent,
  type StatelyOutlet,
  type StatelyOutletOptions,
} from './stately/stately-outlet.ts';
