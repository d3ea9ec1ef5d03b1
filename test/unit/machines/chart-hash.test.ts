import { describe, expect, test } from '@jest/globals';
import { hashChart, hashPolicies } from '../../../machines/chart-hash.ts';
import { requestMachine } from '../../../machines/request.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { editChart, type NodeConfig } from '../../doubles/edited-chart.ts';

const state = (root: NodeConfig, ...path: string[]): NodeConfig & Record<string, unknown> =>
  path.reduce((node, name) => node.states[name]!, root) as NodeConfig & Record<string, unknown>;

describe('the hash of the chart', () => {
  test('[RP4] is the same for the same chart, built anew', () => {
    expect(hashChart(editChart(() => undefined))).toBe(hashChart());
    expect(hashChart(supervisorMachine)).toBe(hashChart());
    expect(hashChart()).toMatch(/^[0-9a-f]{16}$/);
  });

  test('[RP4] is another for another chart, and for the policies', () => {
    expect(new Set([hashChart(), hashChart(requestMachine), hashPolicies()]).size).toBe(3);
  });

  test.each<[string, (root: NodeConfig) => void]>([
    ['an entry is gone', (root) => void delete state(root, 'ready').entry],
    ['an exit is gone', (root) => void delete state(root, 'starting', 'acquiring').exit],
    [
      'a state begins elsewhere',
      (root) => {
        state(root, 'draining')['initial'] = 'aborting';
      },
    ],
    [
      'a state is parallel no more',
      (root) => {
        const ready = state(root, 'ready');
        delete ready['type'];
        ready['initial'] = 'pressure';
      },
    ],
    [
      'a port has another id',
      (root) => {
        const releasing = state(root, 'draining', 'releasing');
        releasing['invoke'] = { ...(releasing['invoke'] as object), id: 'another' };
      },
    ],
    [
      'a port is another',
      (root) => {
        const releasing = state(root, 'draining', 'releasing');
        releasing['invoke'] = { ...(releasing['invoke'] as object), src: 'loadModel' };
      },
    ],
    [
      'an event leads elsewhere',
      (root) => {
        state(root, 'starting', 'acquiring').on['model.acquired'] = {
          guard: 'isCurrent',
          target: 'probing',
          actions: 'keepTime',
        };
      },
    ],
    [
      'a guard is gone',
      (root) => {
        state(root, 'draining', 'releasing').on['runtime.released'] = {
          target: 'released',
          actions: 'keepTime',
        };
      },
    ],
    [
      'an action is another',
      (root) => {
        state(root, 'draining', 'releasing').on['runtime.released'] = {
          guard: 'isCurrent',
          target: 'released',
          actions: 'planIdle',
        };
      },
    ],
    [
      'a parameter is another',
      (root) => {
        const acquiring = state(root, 'ready', 'health', 'suspect');
        acquiring.after['probeDeadline'] = {
          target: '#supervisor.draining.aborting',
          actions: { type: 'planFault', params: { reason: 'internal_error' } },
        };
      },
    ],
    ['an event is handled no more', (root) => void delete state(root, 'ready').on['supervisor.drain']],
    [
      'a transition enters anew',
      (root) => {
        state(root, 'ready').on['supervisor.start'] = { target: '#supervisor.ready', reenter: true };
      },
    ],
    ['a deadline is gone', (root) => void delete state(root, 'draining', 'settling').after['drainDeadline']],
    [
      'an eventless transition is another',
      (root) => {
        state(root, 'draining', 'settling').always = { guard: 'nothingInFlight', target: 'aborting' };
      },
    ],
    [
      'a guard of an eventless transition is another',
      (root) => {
        state(root, 'draining', 'settling').always = { guard: 'isLost', target: 'releasing' };
      },
    ],
  ])('[RP4] is another where %s', (_what, edit) => {
    expect(hashChart(editChart(edit))).not.toBe(hashChart());
  });

  test('[RP4] tells entering anew from staying', () => {
    const leads = (reenter: boolean) =>
      hashChart(
        editChart((root) => {
          state(root, 'ready').on['supervisor.start'] = { target: '#supervisor.ready', reenter };
        }),
      );
    expect(leads(true)).not.toBe(leads(false));
  });
});
