import { formatMs } from './format.ts';
import { portWords, timerWords } from './name-words.ts';

/** An effect as a trace tells it, taken apart: the counterpart of `describeEffect`. */
export interface ToldEffect {
  readonly verb: 'start' | 'end' | 'arm' | 'disarm' | 'run' | 'abort' | 'conclude' | 'other';
  /** The port, the timer or the request. */
  readonly id: string;
  /** What else is told: a delay, or an outcome and its reason. */
  readonly rest: readonly string[];
}

export function readEffect(effect: string): ToldEffect {
  if (effect.startsWith('+')) return { verb: 'start', id: effect.slice(1), rest: [] };
  if (effect.startsWith('-')) return { verb: 'end', id: effect.slice(1), rest: [] };
  const [verb = '', id = '', ...rest] = effect.split(' ');
  switch (verb) {
    case 'arm':
    case 'disarm':
    case 'run':
    case 'abort':
    case 'conclude':
      return { verb, id, rest };
    default:
      return { verb: 'other', id: effect, rest: [] };
  }
}

/** An effect in plain words: `arms a timer: the deadline to load the model, 30 min 0 s`. */
export function effectWords(effect: string): string {
  const { verb, id, rest } = readEffect(effect);
  const [first = '', second = ''] = rest;
  switch (verb) {
    case 'start':
      return `starts ${id}: ${portWords(id)}`;
    case 'end':
      return `ends ${id}`;
    case 'arm':
      return `arms a timer: ${timerWords(id)}, ${formatMs(Number(first))}`;
    case 'disarm':
      return `disarms a timer: ${timerWords(id)}`;
    case 'run':
      return `lets ${id} run`;
    case 'abort':
      return `tells ${id} to end: ${first}, ${second}`;
    case 'conclude':
      return `${id} ends: ${first}, ${second}`;
    case 'other':
      return id;
  }
}
