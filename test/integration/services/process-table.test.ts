import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { readStoreOwner } from '../../../policies/lock-age.ts';
import { createProcessTable, lifeOf } from '../../../services/process-table.ts';

describe('who a process is to others', () => {
  test('[MS69] is the same each time, and whole', async () => {
    const table = createProcessTable();
    const self = await table.self();
    expect(self.pid).toBe(process.pid);
    expect(readStoreOwner(self)).toEqual(self);
    expect(await createProcessTable().self()).toEqual(self);
    expect(await lifeOf(table, self)).toBe('alive');
  });

  test('[MS69] is gone once it ended, and was alive before', async () => {
    const table = createProcessTable();
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(child, 'spawn');
    const owner = { ...(await table.self()), pid: child.pid!, startId: '0' };
    expect(await lifeOf(table, owner)).toBe('alive');
    child.stdin.end();
    await once(child, 'exit');
    expect(await lifeOf(table, owner)).toBe('gone');
  });

  test('[MS69] is gone where its number belongs to a process that began at another time', async () => {
    const table = createProcessTable();
    const self = await table.self();
    const life = await lifeOf(table, { ...self, startId: '1' });
    // Only where the system tells when a process began can the two be told apart.
    expect(life).toBe(self.startId === '0' ? 'alive' : 'gone');
  });

  test('[MS69] cannot be told of nobody, nor of another machine', async () => {
    const table = createProcessTable();
    expect(await lifeOf(table, null)).toBe('untold');
    const elsewhere = {
      ...(await table.self()),
      hostId: '00000000',
      bootId: '00000000',
      placeId: '00000000',
    };
    expect(await lifeOf(table, elsewhere)).toBe('untold');
  });
});
