import { fromCallback } from 'xstate';
import { supervisorMachine } from '../machines/supervisor.ts';

const quiet = fromCallback(() => undefined);

/** The supervisor machine with ports that say nothing: what is measured is its steps. */
export const bareMachine = supervisorMachine.provide({
  actors: {
    acquireModel: quiet,
    prepareRuntime: quiet,
    loadModel: quiet,
    probeRuntime: quiet,
    releaseRuntime: quiet,
    observeResources: quiet,
    observeBackpressure: quiet,
    requestLedger: quiet,
  } as never,
});
