/**
 * Puts spans into as few lanes as hold them without overlap: each goes to the first lane that is free when it begins.
 * Spans come in the order of their beginning. At most `lanesMax`; beyond, the lane that is free soonest takes them.
 */
export function assignLanes(
  spans: readonly { readonly fromMs: number; readonly toMs: number }[],
  lanesMax: number,
): { readonly lanes: readonly number[]; readonly count: number } {
  const freeAtMs: number[] = [];
  const lanes = spans.map(({ fromMs, toMs }) => {
    let lane = freeAtMs.findIndex((free) => free <= fromMs);
    if (lane === -1) lane = freeAtMs.length < lanesMax ? freeAtMs.length : soonest(freeAtMs);
    freeAtMs[lane] = Math.max(toMs, freeAtMs[lane] ?? toMs);
    return lane;
  });
  return { lanes, count: Math.max(1, freeAtMs.length) };
}

function soonest(freeAtMs: readonly number[]): number {
  return freeAtMs.reduce((best, free, lane) => (free < (freeAtMs[best] ?? free) ? lane : best), 0);
}
