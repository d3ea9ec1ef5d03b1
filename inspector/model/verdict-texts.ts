import type { GateDecision } from '../../machines/context.ts';
import type { TraceHeader } from '../../machines/trace-line.ts';
import { formatCount, formatMs } from './format.ts';
import { gateFactsOf } from './gate-facts.ts';
import { limitOf } from './limit-of.ts';
import { toldEvent } from './told-event.ts';
import type { Moment, VerdictText } from './views.ts';

/** Every decision that a step made or told, with the facts that it was made from. */
export function verdictTextsOf(moment: Moment, header: TraceHeader | null): readonly VerdictText[] {
  const { step, before, after } = moment;
  const told = toldEvent(step.e);
  const verdicts: VerdictText[] = [];
  const { lastArrival, lastDispatch, lastRestart } = after.context;

  if (told?.type === 'request.submit' && lastArrival !== null && 'lastArrival' in step.d) {
    const { disposition, verdict } = lastArrival;
    verdicts.push({
      subject: 'gate',
      ...verdict,
      text: disposition === 'queued' ? `queued: ${verdict.reason}` : textOf(verdict),
      facts: [
        ...gateFactsOf({
          header,
          decision: lastArrival,
          observation: before.context.observation,
          request: told.facts,
        }),
        ...(disposition === 'queued' ? [`place ${formatCount(lastArrival.place)}`] : []),
      ],
    });
  }
  if ('lastDispatch' in step.d && lastDispatch !== null) {
    verdicts.push({
      subject: 'dispatch',
      ...lastDispatch.verdict,
      text: dispatchText(lastDispatch),
      facts: [
        lastDispatch.requestId,
        ...gateFactsOf({
          header,
          decision: lastDispatch,
          observation: after.context.observation,
          request: null,
        }),
      ],
    });
  }
  if (told?.type === 'runtime.probed') {
    verdicts.push({ subject: 'probe', ...told.verdict, text: textOf(told.verdict), facts: [] });
  }
  if (told?.type === 'start.refused') {
    const { reason } = told;
    verdicts.push({ subject: 'start', ok: false, reason, text: `refused: ${reason}`, facts: [] });
  }
  if ('lastRestart' in step.d && lastRestart !== null) {
    verdicts.push({
      subject: 'restart',
      ...lastRestart,
      text: textOf(lastRestart),
      facts: restartFacts(moment, header),
    });
  }
  return verdicts;
}

const textOf = ({ ok, reason }: VerdictFields): string => (ok ? reason : `refused: ${reason}`);

type VerdictFields = Pick<VerdictText, 'ok' | 'reason'>;

function dispatchText({ requestId, verdict }: GateDecision): string {
  return verdict.ok
    ? `${requestId} runs: ${verdict.reason}`
    : `${requestId} goes on waiting: ${verdict.reason}`;
}

function restartFacts({ after }: Moment, header: TraceHeader | null): readonly string[] {
  const { fault, restarts, restartDelayMs, lastRestart } = after.context;
  const most = limitOf(header, 'restartsMax');
  const periodMs = limitOf(header, 'restartPeriodMs');
  return [
    ...(fault === null ? [] : [`fault ${fault}`]),
    `restarts ${formatCount(restarts.length)}${most === null ? '' : ` of ${formatCount(most)}`}${periodMs === null ? '' : ` within ${formatMs(periodMs)}`}`,
    ...(lastRestart?.ok === true ? [`delay ${formatMs(restartDelayMs)}`] : []),
  ];
}
