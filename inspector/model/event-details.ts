import type { TraceHeader } from '../../machines/trace-line.ts';
import { causesOf } from './causes.ts';
import { contextChangesOf } from './context-changes.ts';
import type { EffectIndex } from './effect-index.ts';
import { effectWords } from './effect-words.ts';
import { eventRowOf } from './event-row.ts';
import { type AllPlaces, takenTransitionsOf } from './taken-transitions.ts';
import { verdictTextsOf } from './verdict-texts.ts';
import type { EventDetails, Moment } from './views.ts';

/** Everything about one step. */
export function eventDetailsOf(
  moment: Moment,
  header: TraceHeader | null,
  places: AllPlaces,
  effects: EffectIndex,
): EventDetails {
  return {
    row: eventRowOf(moment, header),
    verdicts: verdictTextsOf(moment, header),
    differences: contextChangesOf(moment.before.context, moment.after.context),
    effects: (moment.step.x ?? []).map(effectWords),
    causes: causesOf(moment, effects),
    transitions: takenTransitionsOf(moment, places),
  };
}
