/** For tests of a host: doubles of every port, a clock that a test moves, and traces as evidence. */
export { expectTrace, explainReplay, type TraceStory } from './expect-trace.ts';
export { createLoopbackModelSource, type LoopbackModelSource } from './loopback-model-source.ts';
export { createManualClock, type ManualClock } from './manual-clock.ts';
export {
  createMemoryModelStore,
  type MemoryModelStore,
  type StoreOperation,
} from './memory-model-store.ts';
export {
  createScriptedFetcher,
  type FetchFault,
  type ScriptedFetcher,
  type ServeOptions,
} from './scripted-fetcher.ts';
export { createScriptedProbe, type ProbeScript, type ScriptedProbe } from './scripted-probe.ts';
export {
  createScriptedRuntime,
  type ScriptedCall,
  type ScriptedControls,
  type ScriptedRuntime,
  type ScriptedRuntimeOptions,
  type ScriptedWedge,
} from './scripted-runtime.ts';
export { toReplay } from './to-replay.ts';
