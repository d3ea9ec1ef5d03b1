import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { Chart, ChartName, ChartState, ChartTransition } from '../../../../inspector/charts/chart.ts';
import type { InspectorCharts } from '../../../../inspector/model/inspector-model.ts';
import { acquisitionMachine } from '../../../../machines/acquisition.ts';
import { requestMachine } from '../../../../machines/request.ts';
import { supervisorMachine } from '../../../../machines/supervisor.ts';

/** The shipped charts as plain data, without arrows: enough to find one's place in them. */
export function readMachineCharts(): InspectorCharts {
  return {
    supervisor: readChart('supervisor', supervisorMachine),
    acquisition: readChart('acquisition', acquisitionMachine),
    request: readChart('request', requestMachine),
  };
}

function readChart(name: ChartName, machine: AnyStateMachine): Chart {
  const nodes = nodesOf(machine.root);
  return {
    name,
    states: nodes.slice(1).map(stateOf),
    transitions: nodes.flatMap(transitionsOf),
    arrows: [],
  };
}

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyStateNode)),
];

const idOf = (node: AnyStateNode): string => node.path.join('.');

function stateOf(node: AnyStateNode): ChartState {
  const parent = node.parent as AnyStateNode | undefined;
  const initial = parent?.type === 'compound' ? parent.initial.target[0] : undefined;
  return {
    id: idOf(node),
    key: node.key,
    parent: parent === undefined || parent.path.length === 0 ? null : idOf(parent),
    kind: node.type as ChartState['kind'],
    isInitial: initial === node,
    description: node.description ?? '',
    ports: node.invoke.map(({ src }) => String(src)),
  };
}

function transitionsOf(node: AnyStateNode): ChartTransition[] {
  const told = [...node.transitions.values()].flat();
  return [...told, ...(node.always ?? [])].map((transition, place): ChartTransition => {
    const { eventType, guard, target } = transition;
    const guardName =
      typeof guard === 'string' ? guard : (guard as { readonly type?: string } | undefined)?.type;
    return {
      id: `${idOf(node)}:${eventType}:${place}`,
      from: idOf(node),
      to: target === undefined ? null : idOf(target[0] as AnyStateNode),
      event: eventType,
      kind: kindOf(eventType),
      guard: guardName ?? null,
      label: guardName ?? eventType,
      arrow: null,
    };
  });
}

function kindOf(event: string): ChartTransition['kind'] {
  if (event === '') return 'always';
  if (event.startsWith('xstate.after.')) return 'delay';
  return event.startsWith('xstate.error.') ? 'error' : 'event';
}
