/** Names of the chart in plain words: its ports, and its deadlines. */

/** What a port is for; the name itself where it is not known here. */
export function portWords(port: string): string {
  return PORT_WORDS.get(port) ?? port;
}

/** `loadDeadline` of `xstate.after.loadDeadline.supervisor.starting.loading`; null where it is no such event. */
export function deadlineOf(timer: string): string | null {
  return AFTER.exec(timer)?.[1] ?? null;
}

/** What a timer waits for; its name where it is not known here. */
export function timerWords(timer: string): string {
  const name = deadlineOf(timer) ?? timer;
  return TIMER_WORDS.get(name) ?? name;
}

const AFTER = /^xstate\.after\.([^.]{1,64})\./;

const PORT_WORDS: ReadonlyMap<string, string> = new Map([
  ['acquireModel', 'brings the model here and proves its file'],
  ['prepareRuntime', 'warms up the native library'],
  ['loadModel', 'loads the proved file'],
  ['probeRuntime', 'decodes one real token'],
  ['releaseRuntime', 'gives back what the runtime holds'],
  ['observeResources', 'samples memory, CPU and event loop'],
  ['observeBackpressure', 'watches for readers that are behind'],
  ['requestLedger', 'runs, aborts and concludes requests'],
]);

const TIMER_WORDS: ReadonlyMap<string, string> = new Map([
  ['stall', 'the longest time without progress'],
  ['queue', 'the longest wait in the queue'],
  ['acquireDeadline', 'the deadline to bring and prove the model'],
  ['loadDeadline', 'the deadline to load the model'],
  ['probeDeadline', 'the deadline of the health check'],
  ['drainDeadline', 'the time that a drain gives to running requests'],
  ['abortDeadline', 'the deadline to obey an abort'],
  ['releaseDeadline', 'the deadline to release the runtime'],
  ['restartDelay', 'the delay before a restart'],
]);
