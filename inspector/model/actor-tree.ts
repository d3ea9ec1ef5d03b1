import type { Chart } from '../charts/chart.ts';
import { acquisitionOf } from './acquisition-step.ts';
import { formatPlural } from './format.ts';
import { portWords } from './name-words.ts';
import { progressOf } from './running-progress.ts';
import { activeIdsOf, stateWord } from './state-words.ts';
import type { ActorNode, Moment, Standing } from './views.ts';

/** Actors that the machine itself invokes: they live as long as it does. */
const LASTING_PORTS = ['requestLedger', 'observeBackpressure'];

/** The actors that are alive: the supervisor, the ports that its states hold open, and the requests that run. */
export function actorTreeOf({ after }: Moment, chart: Chart): ActorNode {
  const active = new Set(activeIdsOf(after.state));
  const ports = chart.states.filter(({ id }) => active.has(id)).flatMap((state) => state.ports);
  return {
    id: 'supervisor',
    detail: stateWord(after.state),
    children: [...new Set([...LASTING_PORTS, ...ports])].map((port) => ({
      id: port,
      detail: portWords(port),
      children: childrenOf(port, after),
    })),
  };
}

function childrenOf(port: string, standing: Standing): readonly ActorNode[] {
  if (port === 'acquireModel') {
    const acquisition = acquisitionOf(standing);
    return acquisition === null ? [] : [{ id: 'acquisition', detail: acquisition.step, children: [] }];
  }
  if (port !== 'requestLedger') return [];
  return standing.context.running.map((request) => {
    const progress = progressOf(request);
    const stage = request.aborting ? 'aborting' : (progress?.step ?? 'running');
    const tokens = progress === null ? '' : `, ${formatPlural(progress.outputTokens, 'token')}`;
    return { id: request.requestId, detail: `${stage}${tokens}`, children: [] };
  });
}
