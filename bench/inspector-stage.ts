import type { Page } from 'playwright-core';
import type { Supervisor } from '../index.ts';
import { llamero } from './built.ts';
import { embedded, pinOf } from './models.ts';

/** Opens an address in a window of its own. */
export type OpenPage = (url: string) => Promise<Page>;

/** A supervisor that is ready, on the embedded model. */
export async function open(inspected: boolean): Promise<Supervisor> {
  const supervisor = llamero.createSupervisor({
    model: pinOf(embedded()),
    limits: { maxInFlight: 1 },
    runtime: { gpu: false, contextTokens: 2048 },
    ...(inspected && { inspector: true as const }),
  });
  await supervisor.start();
  return supervisor;
}

/** Where the page of its inspector is, and how many look at it. */
export async function inspectorOf(supervisor: Supervisor) {
  const opened = await supervisor.inspector;
  if (opened === null || opened.url === null) throw new Error('the inspector has no address');
  return { url: opened.url, viewers: () => opened.viewers() };
}

export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
