import type { EffectIndex } from './effect-index.ts';
import { timerWords } from './name-words.ts';
import { toldEvent } from './told-event.ts';
import type { Cause, Moment } from './views.ts';

/** What led to a step: the host, or the earlier steps that armed its timer, started its port, or ran its request. */
export function causesOf({ index, step, before }: Moment, effects: EffectIndex): readonly Cause[] {
  const cause = (verb: Parameters<EffectIndex['latestBefore']>[0], id: string, text: string): Cause => ({
    index: effects.latestBefore(verb, id, index),
    text,
  });
  const ofPort = (port: string): Cause => cause('start', port, `${port} was started`);
  const ofTimer = (timer: string): Cause => cause('arm', timer, `the timer was armed: ${timerWords(timer)}`);
  /** Only what is held, of causes that need not be. */
  const held = (...causes: readonly Cause[]): readonly Cause[] =>
    causes.filter((found) => found.index !== null);

  const told = toldEvent(step.e);
  switch (told?.type) {
    case undefined: {
      const { type } = step.e;
      if (type.startsWith('xstate.after.')) return [ofTimer(type)];
      const port = /^xstate\.(?:error|done)\.actor\.(.+)$/.exec(type)?.[1];
      return port === undefined ? [FROM_OUTSIDE] : [ofPort(port)];
    }
    case 'supervisor.start':
    case 'supervisor.stop':
    case 'supervisor.drain':
    case 'request.submit':
      return [FROM_HOST];
    case 'request.cancel':
      return [FROM_HOST, ...held(cause('submit', told.requestId, `${told.requestId} was submitted`))];
    case 'request.progressed':
      return [cause('run', told.requestId, `${told.requestId} was let run`)];
    case 'request.settled':
      return [
        cause('run', told.requestId, `${told.requestId} was let run`),
        ...held(cause('abort', told.requestId, `${told.requestId} was told to end`)),
      ];
    case 'start.progressed':
      return [ofPort(told.phase === 'acquiring' ? 'acquireModel' : 'loadModel')];
    case 'acquisition.progressed':
    case 'model.acquired':
      return [ofPort('acquireModel')];
    case 'model.loaded':
      return [ofPort('loadModel')];
    case 'start.refused': {
      const isLoading = before.context.progress?.phase === 'loading' || isOf(before.state, 'loading');
      return [ofPort(isLoading ? 'loadModel' : 'acquireModel')];
    }
    case 'runtime.probed':
      return [ofPort('probeRuntime')];
    case 'runtime.released':
      return [ofPort('releaseRuntime')];
    case 'resources.sampled':
      return [ofPort('observeResources')];
    case 'backpressure.changed':
      return [{ index: null, text: 'observeBackpressure lives as long as the supervisor' }];
    case 'start.stalled':
      return [ofTimer('stall')];
    case 'queue.waited':
      return [ofTimer('queue')];
  }
}

const FROM_HOST: Cause = { index: null, text: 'from the host' };
const FROM_OUTSIDE: Cause = { index: null, text: 'from outside' };

function isOf(state: unknown, inner: string): boolean {
  return typeof state === 'object' && state !== null && 'starting' in state && state.starting === inner;
}
