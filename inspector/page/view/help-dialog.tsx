import { Dialog } from './dialog.tsx';

const KEYS: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['←', '→'], 'one event back, one on'],
  [['Shift ←', 'Shift →'], 'ten events back, ten on'],
  [['Home', 'End'], 'first event, last event'],
  [['L'], 'back to live, or to the end'],
  [['Space'], 'pause and go on, while live'],
  [['/'], 'search the events'],
  [['↑', '↓'], 'in the list: the event above, the event below'],
  [['+', '−', '0'], 'in the timeline: less time, more time, everything'],
  [['1', '2', '3', '4'], 'events, requests, actors, curves'],
  [['?'], 'this help'],
];

export function HelpDialog() {
  return (
    <Dialog title="Keys and help">
      <p>
        The page shows one moment of a trace: what the supervisor's state chart, its numbers and its requests
        were right after one event. Choose another event in the list, on the slider or in the timeline, and
        everything follows.
      </p>
      <dl class="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">
        The page only reads: nothing here can command the supervisor, and nothing leaves this page.
      </p>
    </Dialog>
  );
}
