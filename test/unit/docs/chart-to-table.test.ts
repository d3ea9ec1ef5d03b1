import { expect, test } from '@jest/globals';
import { createMachine } from 'xstate';
import type { ChartName } from '../../../inspector/charts/chart.ts';
import { walkChart } from '../../../inspector/charts/walk-chart.ts';
import { chartToTable } from '../../../scripts/chart-to-table.ts';
import { MACHINES } from '../../../scripts/machines.ts';

const rowsOf = (table: string): string[] => table.split('\n').slice(2);

test.each(Object.keys(MACHINES) as ChartName[])('[DC12] has a row for each state of the %s chart', (name) => {
  const chart = walkChart(name, MACHINES[name]);
  expect(rowsOf(chartToTable(chart)).map((row) => row.split('`')[1])).toEqual(
    chart.states.map(({ id }) => id),
  );
});

test('[DC12] tells of each state its way out with every cause, those of one target together', () => {
  const machine = createMachine({
    initial: 'shut',
    states: {
      shut: { description: 'No way in.', on: { 'door.open': 'open', 'door.knock': {} } },
      open: {
        invoke: { id: 'draught', src: 'draught' },
        on: { 'door.close': 'shut' },
        after: { tired: 'shut' },
        always: { guard: 'isWindy', target: 'shut' },
      },
    },
  });
  expect(rowsOf(chartToTable(walkChart('supervisor', machine)))).toEqual([
    '| `shut` | No way in. |  | door.open → `open` |',
    '| `open` |  | `draught` | door.close, tired, windy → `shut` |',
  ]);
});
