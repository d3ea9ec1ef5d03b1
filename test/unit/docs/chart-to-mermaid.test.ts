import { describe, expect, test } from '@jest/globals';
import { type AnyStateMachine, createMachine } from 'xstate';
import { requestMachine } from '../../../machines/request.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { chartToMermaid } from '../../../scripts/chart-to-mermaid.ts';
import { chartToTable } from '../../../scripts/chart-to-table.ts';
import { statesOf } from '../../../scripts/chart-walk.ts';

const charts: [string, AnyStateMachine][] = [
  ['supervisor', supervisorMachine],
  ['request', requestMachine],
];

describe.each(charts)('the picture of the %s chart', (_name, machine) => {
  const states = statesOf(machine.root).filter((state) => state !== machine.root);

  test('[DC12] has each state once, as a box, a place or an end', () => {
    const lines = chartToMermaid(machine)
      .split('\n')
      .map((line) => line.trim());
    for (const { key } of states) {
      const drawn = lines.filter((line) => [key, `state ${key} {`, `${key} --> [*]`].includes(line));
      expect({ key, times: drawn.length }).toEqual({ key, times: 1 });
    }
  });

  test('[DC12] has a row of the table for each state', () => {
    const rows = chartToTable(machine).split('\n').slice(2);
    expect(rows.map((row) => row.split('`')[1])).toEqual(states.map(({ path }) => path.join('.')));
  });
});

describe('the picture of a chart', () => {
  const machine = createMachine({
    id: 'door',
    initial: 'shut',
    states: {
      shut: { on: { 'door.open': '#door.open.wide' } },
      open: {
        initial: 'ajar',
        on: { 'door.close': 'shut', 'door.knock': {} },
        states: {
          ajar: { on: { 'door.push': 'wide' }, after: { tired: '#door.shut', bored: '#door.shut' } },
          wide: { always: { guard: 'isWindy', target: 'ajar' } },
        },
      },
    },
  });

  test('[DC12] joins the ways between two states, and draws those over a border at the border', () => {
    expect(chartToMermaid(machine).split('\n')).toEqual([
      'stateDiagram-v2',
      '  [*] --> shut',
      '  shut',
      '  state open {',
      '    [*] --> ajar',
      '    ajar',
      '    wide',
      '    ajar --> wide : push',
      '    wide --> ajar : windy',
      '  }',
      '  shut --> open : open',
      '  open --> shut : close, a deadline',
    ]);
  });

  test('[DC12] is refused where two states have one name', () => {
    const twins = createMachine({ initial: 'a', states: { a: { initial: 'a', states: { a: {} } } } });
    expect(() => chartToMermaid(twins)).toThrow('two states');
  });
});
