/** The public door: everything a host may name, and nothing else. */
export type { TraceSink } from './actors/flight-recorder.ts';
export type { RequestResult, Timings, TokenChunk, Usage } from './actors/ledger-entry.ts';
export type { Admission, SupervisorRequest } from './host/admission.ts';
export { type ChromeEvent, type ChromeTrace, createChromeTrace } from './host/chrome-trace.ts';
export {
  createModelLibrary,
  type LibraryOptions,
  type MeasureOptions,
  type MeasureResult,
  type ModelLibrary,
  type ModelPull,
  type PullOptions,
  type PullResult,
  type RemoveResult,
} from './host/model-library.ts';
export type {
  ModelOptions,
  PortOptions,
  RemoteModelOptions,
  RuntimeOptions,
  StoreOptions,
  SupervisorOptions,
} from './host/options.ts';
export {
  explainPin,
  PIN_FILE_NAME,
  type PinFile,
  type PinFileOptions,
  readPinFile,
  writePin,
} from './host/pins.ts';
export { explainReason } from './host/reason-guide.ts';
export { type ReplayedFile, replayAll, replayFile } from './host/replay-file.ts';
export type { SourceOptions } from './host/source-options.ts';
export type { Backpressure, SupervisorStatus } from './host/status.ts';
export type { Supervisor, TraceRecording } from './host/supervisor.ts';
export { SupervisorError, type SupervisorErrorCode } from './host/supervisor-error.ts';
export type { Inspector, InspectorOptions } from './inspector/index.ts';
export type { AcquisitionProgress, AcquisitionStep } from './machines/acquisition-context.ts';
export type { Disposition, DrainReport } from './machines/context.ts';
export type { Outcome } from './machines/events.ts';
export { type ReplayOptions, replay } from './machines/replay.ts';
export type {
  ReplayCorrupt,
  ReplayDiverged,
  ReplayIncompatible,
  ReplayOk,
  ReplayResult,
} from './machines/replay-result.ts';
export { supervisorMachine } from './machines/supervisor.ts';
export { EMBEDDED_MODEL, embeddedModel, embeddedModelPath } from './models/embedded.ts';
export { DEFAULT_LIMITS, type Limits } from './policies/limits.ts';
export type { ModelPin } from './policies/pins.ts';
export type { PressureLevel } from './policies/pressure.ts';
export { type Reason, RUNTIME_MANAGER_REASONS } from './policies/reasons.ts';
export type { ResourceObservation } from './policies/resources.ts';
export type {
  CancelSignal,
  DownloadRequest,
  IntegritySpec,
  ModelFile,
  RuntimeAdapterFns,
  RuntimeFacts,
  RuntimeHandle,
  RuntimeUsage,
  SpawnRequest,
} from './policies/runtime-adapter.ts';
export type { Attempt, Verdict } from './policies/verdict.ts';
export type { Clock } from './services/clock.ts';
export type { Logger } from './services/logger.ts';
export type { FetchRequest, ModelFetcher, Transfer } from './services/model-fetcher.ts';
export type {
  ModelStore,
  PartialFile,
  PartialHeader,
  PruneOptions,
  PruneReport,
  StoredModel,
  StoredState,
  StoreLock,
} from './services/model-store.ts';
export type { FastSample, ResourceProbe, SlowSample } from './services/resource-probe.ts';
export type {
  ChatMessage,
  FinishReason,
  GenerateRequest,
  GenerateStep,
  GenerateSummary,
  Runtime,
} from './services/runtime.ts';
export { createSupervisor, createSupervisorLogic } from './supervisor.ts';
