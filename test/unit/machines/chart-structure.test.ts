import { describe, expect, test } from '@jest/globals';
import { type AnyStateMachine, type AnyStateNode, createActor } from 'xstate';
import { acquisitionMachine } from '../../../machines/acquisition.ts';
import { requestMachine } from '../../../machines/request.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { transitionLifecycle } from '../../../policies/lifecycle.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';

const charts: [string, AnyStateMachine][] = [
  ['supervisor', supervisorMachine],
  ['request', requestMachine],
  ['acquisition', acquisitionMachine],
];

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value === 'object' && value !== null && 'type' in value) return [String(value.type)];
  return [];
}

describe.each(charts)('the %s chart', (_name, machine) => {
  const nodes = nodesOf(machine.root);
  const { actions, guards, delays, actors } = machine.implementations;

  test('[CS1] every named action, guard, delay and actor exists', () => {
    const transitions = nodes.flatMap((node) =>
      [...node.transitions.values()].flat().concat(node.always ?? []),
    );
    const usedActions = nodes
      .flatMap((node) => [node.entry, node.exit])
      .concat(transitions.map((transition) => [...transition.actions]))
      .flatMap(namesIn)
      .filter((name) => !name.startsWith('xstate.'));
    const usedGuards = transitions.flatMap(({ guard }) => namesIn(guard));
    const usedDelays = nodes.flatMap((node) => Object.keys(node.config.after ?? {}));
    const usedActors = nodes.flatMap((node) => node.invoke.map(({ src }) => src as string));

    expect(usedActions.filter((name) => !(name in actions))).toEqual([]);
    expect(usedGuards.filter((name) => !(name in guards))).toEqual([]);
    expect(usedDelays.filter((name) => !(name in delays))).toEqual([]);
    expect(usedActors.filter((name) => !(name in actors))).toEqual([]);
    expect(usedActions.length).toBeGreaterThan(0);
    expect(usedDelays.length).toBeGreaterThan(0);
  });

  test('[CS2] every named action, guard, delay and actor is used', () => {
    const text = JSON.stringify(machine.config);
    const defined = [actions, guards, delays, actors].flatMap(Object.keys);
    expect(defined.filter((name) => !text.includes(`"${name}"`))).toEqual([]);
  });

  test('[CS3] every actor has an id, and an error of it leads somewhere', () => {
    for (const { invoke, transitions } of nodes) {
      for (const { id } of invoke) {
        expect(id).not.toMatch(/^\d+\./);
        expect([...transitions.keys()]).toContain(`xstate.error.actor.${id}`);
      }
    }
  });

  test('[CS4] eventless transitions cannot run away', () => {
    expect(machine.options?.maxIterations).toBeLessThanOrEqual(100);
  });
});

describe('waiting', () => {
  /** Leaves of the supervisor chart where something is under way. */
  const waits = nodesOf(supervisorMachine.root as never).filter(
    (node) => Object.keys(node.states).length === 0 && node.path[0] !== 'stopped' && node.path[0] !== 'ready',
  );

  test.each(waits.map((node) => [node.path.join('.'), node] as const))(
    '[CS5] %s does not wait without a deadline',
    (_path, node) => {
      const deadline = (of: AnyStateNode | undefined): boolean =>
        of !== undefined && (Object.keys(of.config.after ?? {}).length > 0 || deadline(of.parent));
      const passesThrough = (node.always ?? []).some(({ guard }) => guard === undefined);
      expect(deadline(node) || passesThrough).toBe(true);
    },
  );

  test('[CS6] a machine that nobody provided for fails its start and ends stopped', () => {
    const actor = createActor(supervisorMachine, {
      input: { limits: DEFAULT_LIMITS, jitterSeed: 0 },
    }).start();
    actor.send({ type: 'supervisor.start', atMs: 0 });
    expect(actor.getSnapshot().value).toEqual({ stopped: 'failed' });
    expect(actor.getSnapshot().context.fault).toBe('port_unprovided');
  });
});

test('[CS7] the public states are the four of the pure lifecycle, and each is entered by its rules', () => {
  expect(Object.keys(supervisorMachine.root.states)).toEqual(['stopped', 'starting', 'ready', 'draining']);
  for (const phase of Object.keys(supervisorMachine.root.states)) {
    const { state } = transitionLifecycle({ phase }, 'nowhere');
    expect(state).toEqual({ phase });
  }
});
