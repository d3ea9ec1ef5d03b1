import { supervisorMachine } from '../../machines/supervisor.ts';
import { supervisorSetup } from '../../machines/supervisor-actions.ts';

/** A node of the configuration, as far as an edit needs it. */
export interface NodeConfig {
  entry?: unknown;
  exit?: unknown;
  always?: unknown;
  on: Record<string, unknown>;
  after: Record<string, unknown>;
  states: Record<string, NodeConfig>;
}

/** The shipped chart with its configuration edited; guards, actions and delays are the shipped ones. */
export function editChart(edit: (root: NodeConfig) => void): typeof supervisorMachine {
  const config = structuredClone(withoutFunctions(supervisorMachine.config)) as NodeConfig;
  edit(config);
  return supervisorSetup.createMachine({
    ...config,
    context: supervisorMachine.config.context,
  } as never) as unknown as typeof supervisorMachine;
}

/** Inputs of invokes are functions; a pure step needs none of them. */
function withoutFunctions(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutFunctions(part)]));
}
