import { TRACE_FORMAT, type TraceRecord } from './trace-line.ts';

/** From a format to the next: how each record of the older one reads in the newer. */
export type TraceUpgrades = { readonly [from: number]: (record: object) => object };

/** Upgrades of released formats. Format 1 is the first. */
export const TRACE_UPGRADES: TraceUpgrades = {};

/** A record of an older format in today's, or null where no upgrade leads from there. */
export function upgradeRecord(record: object, format: number, upgrades: TraceUpgrades): TraceRecord | null {
  let upgraded = record;
  for (let from = format; from < TRACE_FORMAT; from += 1) {
    const upgrade = upgrades[from];
    if (upgrade === undefined) return null;
    upgraded = upgrade(upgraded);
  }
  return upgraded as TraceRecord;
}
