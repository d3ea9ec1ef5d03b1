import { Agent } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import { createConnections } from '../../../services/https-connections.ts';

describe('the connections of a fetcher', () => {
  test('[FR6] refuse an address that is special, or none, after it was dialled', () => {
    const connections = createConnections({});
    const judged = ['8.8.8.8', '127.0.0.1', '::1', undefined].map((address) =>
      connections.refusesAddress(address),
    );
    connections.close();
    expect(judged).toEqual([false, true, true, true]);
  });

  test('[FR7] refuse none where private addresses are allowed', () => {
    const connections = createConnections({ privateAddresses: true });
    expect(connections.refusesAddress('127.0.0.1')).toBe(false);
    connections.close();
  });

  test('[FT34] leave the agent of the host, and what it dials, alone', () => {
    const agent = new Agent({ keepAlive: true, maxFreeSockets: 7 });
    const connections = createConnections({ agent });
    expect(connections.agent).toBe(agent);
    expect(connections.refusesAddress('127.0.0.1')).toBe(false);
    connections.dropIdle();
    connections.close();
    expect(agent.maxFreeSockets).toBe(7);
    agent.destroy();
  });
});
