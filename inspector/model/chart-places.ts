import type { Chart, ChartState, ChartTransition } from '../charts/chart.ts';

/** A chart made ready to be walked: what leaves which state, and where a transition leads. */
export interface ChartPlaces {
  readonly chart: Chart;
  /** Transitions that leave a state, in the order of the chart; empty id: those of the machine itself. */
  leaving(id: string): readonly ChartTransition[];
  /** A state and those that it lies in, from within; last the machine itself, as an empty id. */
  outward(id: string): readonly string[];
  /** The active states after a transition. */
  enter(active: ReadonlySet<string>, transition: ChartTransition): ReadonlySet<string>;
}

export function placesOf(chart: Chart): ChartPlaces {
  const states = new Map<string, ChartState>(chart.states.map((state) => [state.id, state]));
  const inner = groupBy(chart.states, ({ parent }) => parent ?? '');
  const leaving = groupBy(chart.transitions, ({ from }) => from);

  const outward = (id: string): readonly string[] => {
    const path: string[] = [];
    for (let at = states.get(id); at !== undefined && path.length < 32; at = states.get(at.parent ?? '')) {
      path.push(at.id);
    }
    return [...path, ''];
  };

  /** Where the states that a transition leaves and enters lie: the nearest one that holds both and stays. */
  const domainOf = (from: string, to: string): string => {
    const isWithin = from !== '' && to.startsWith(`${from}.`);
    if (isWithin) return from;
    const around = new Set(outward(to).slice(1));
    return (
      outward(from)
        .slice(from === '' ? 0 : 1)
        .find((id) => around.has(id)) ?? ''
    );
  };

  /** Enters what a state begins in, but where a state inside of it is active already. */
  const descend = (id: string, active: Set<string>): void => {
    const children = inner.get(id) ?? [];
    const isParallel = states.get(id)?.kind === 'parallel';
    const entered = children.filter((child) => isParallel || active.has(child.id));
    const begun = entered.length > 0 ? entered : children.filter(({ isInitial }) => isInitial).slice(0, 1);
    for (const child of begun) {
      active.add(child.id);
      descend(child.id, active);
    }
  };

  return {
    chart,
    leaving: (id) => leaving.get(id) ?? [],
    outward,
    enter: (active, { from, to }) => {
      if (to === null) return active;
      const domain = domainOf(from, to);
      const next = new Set([...active].filter((id) => domain !== '' && !id.startsWith(`${domain}.`)));
      for (const id of outward(to)) if (id !== '') next.add(id);
      descend(domain, next);
      return next;
    },
  };
}

function groupBy<T>(list: readonly T[], keyOf: (entry: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of list) {
    const group = groups.get(keyOf(entry));
    if (group === undefined) groups.set(keyOf(entry), [entry]);
    else group.push(entry);
  }
  return groups;
}
