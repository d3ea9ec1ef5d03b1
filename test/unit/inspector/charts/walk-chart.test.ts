import { describe, expect, test } from '@jest/globals';
import { type AnyStateMachine, type AnyStateNode, createMachine } from 'xstate';
import type { ChartName } from '../../../../inspector/charts/chart.ts';
import { walkChart } from '../../../../inspector/charts/walk-chart.ts';
import { MACHINES } from '../../../../scripts/machines.ts';

const NAMES = Object.keys(MACHINES) as ChartName[];

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

describe.each(NAMES)('the chart of the %s', (name) => {
  const machine: AnyStateMachine = MACHINES[name];
  const chart = walkChart(name, machine);
  const nodes = nodesOf(machine.root);

  test('[ID1] has each state once, parents before what is in them', () => {
    expect(chart.states.map(({ id }) => id).sort()).toEqual(
      nodes
        .slice(1)
        .map(({ path }) => path.join('.'))
        .sort(),
    );
    for (const [i, { parent }] of chart.states.entries()) {
      if (parent !== null) expect(chart.states.slice(0, i).map(({ id }) => id)).toContain(parent);
    }
  });

  test('[ID2] has each transition of the machine, those that lead nowhere too', () => {
    const inMachine = nodes.flatMap((node) =>
      [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map(
        ({ eventType, guard, target }) =>
          `${node.path.join('.')}|${eventType}|${typeof guard === 'object' ? guard.type : (guard ?? null)}|${target?.[0]?.path.join('.') ?? null}`,
      ),
    );
    expect(
      chart.transitions.map(({ from, event, guard, to }) => `${from}|${event}|${guard}|${to}`).sort(),
    ).toEqual(inMachine.sort());
    expect(new Set(chart.transitions.map(({ id }) => id)).size).toBe(inMachine.length);
  });

  test('[ID3] has arrows between states of one parent only, one for each pair, and one for each way that is drawn', () => {
    const parentOf = new Map(chart.states.map(({ id, parent }) => [id, parent]));
    for (const { from, to } of chart.arrows) {
      expect(from).not.toBe(to);
      expect(parentOf.get(from)).toBe(parentOf.get(to));
    }
    expect(new Set(chart.arrows.map(({ from, to }) => `${from} ${to}`)).size).toBe(chart.arrows.length);
    for (const { from, to, arrow } of chart.transitions) {
      const drawn = chart.arrows.find(({ id }) => id === arrow);
      const isDrawn = to !== null && !isWithin(from, to) && !isWithin(to, from);
      expect(drawn !== undefined).toBe(isDrawn);
      if (drawn === undefined || to === null) continue;
      expect(isWithin(from, drawn.from) && isWithin(to, drawn.to)).toBe(true);
    }
  });
});

/** Whether the first is the second, or in it. */
function isWithin(inner: string, outer: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}.`);
}

describe('the words of an arrow', () => {
  const labelsOf = (states: object): readonly string[] =>
    walkChart('supervisor', createMachine({ initial: 'a', states } as never)).arrows.map(
      ({ label }) => label,
    );

  test.each([
    ['an event by its last word', { a: { on: { 'door.open': 'b' } }, b: {} }, ['open']],
    ['a guard in words', { a: { always: { guard: 'isOutOfLuck', target: 'b' } }, b: {} }, ['out of luck']],
    ['a delay in words', { a: { after: { loadDeadline: 'b' } }, b: {} }, ['load deadline']],
    ['several delays as one', { a: { after: { tired: 'b', bored: 'b' } }, b: {} }, ['a deadline']],
    ['a port that died', { a: { invoke: { id: 'x', src: 'x', onError: 'b' } }, b: {} }, ['a port died']],
    ['at most three causes', { a: { on: { p: 'b', q: 'b', r: 'b' } }, b: {} }, ['p, q, r']],
    ['of more the first two', { a: { on: { p: 'b', q: 'b', r: 'b', s: 'b' } }, b: {} }, ['p, q, …']],
    ['nothing where nothing is asked', { a: { always: 'b' }, b: {} }, ['']],
    ['nothing where it names its target', { a: { always: { guard: 'levelIsB', target: 'b' } }, b: {} }, ['']],
    ['once what two of one target say', { a: { on: { p: 'c' } }, b: { on: { p: 'c' } }, c: {} }, ['p', '']],
  ])('[ID4] tell %s', (_what, states, labels) => {
    expect(labelsOf(states)).toEqual(labels);
  });
});
