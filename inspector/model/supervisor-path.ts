import type { ChartTransition } from '../charts/chart.ts';
import type { ChartPlaces } from './chart-places.ts';
import { guardVerdictOf } from './guard-verdict.ts';
import { activeIdsOf } from './state-words.ts';
import type { Moment } from './views.ts';

/** Transitions in a row that need no event: more than the chart has. */
const EVENTLESS_MAX = 8;

interface Path {
  readonly active: ReadonlySet<string>;
  readonly taken: readonly ChartTransition[];
}

/**
 * The transitions of the supervisor chart that a step took: the one of its event, and those that followed without
 * one. Of what could have been taken it is the shortest way to the state that the step led to.
 */
export function supervisorPathOf(places: ChartPlaces, moment: Moment): readonly ChartTransition[] {
  const { step, before, after } = moment;
  const goal = new Set(activeIdsOf(after.state));
  const active = new Set(activeIdsOf(before.state));
  const stay: Path = { active, taken: [] };
  const begun = transitionsFrom(places, active, step.e.type, moment).map((transition) =>
    follow(places, stay, transition),
  );
  for (const path of begun.length > 0 ? begun : [stay]) {
    const found = pathToGoal(places, path, goal, moment);
    if (found !== null) return found.taken;
  }
  // Another version of the chart: it is not known how it came there.
  return [];
}

/** Follows transitions without an event, breadth first. */
function pathToGoal(
  places: ChartPlaces,
  begun: Path,
  goal: ReadonlySet<string>,
  moment: Moment,
): Path | null {
  let paths: readonly Path[] = [begun];
  for (let length = 0; length <= EVENTLESS_MAX; length += 1) {
    const found = paths.find(({ active }) => isSameSet(active, goal));
    if (found !== undefined) return found;
    paths = paths
      .flatMap((path) =>
        transitionsFrom(places, path.active, '', moment).map((transition) =>
          follow(places, path, transition),
        ),
      )
      .slice(0, 64);
  }
  return null;
}

const follow = (places: ChartPlaces, { active, taken }: Path, transition: ChartTransition): Path => ({
  active: places.enter(active, transition),
  taken: [...taken, transition],
});

/**
 * What an event may take, from within outwards, as XState asks. Behind a transition whose guard surely held nothing
 * is asked any more; where a guard's answer is not known the next ones may have been taken as well.
 */
function transitionsFrom(
  places: ChartPlaces,
  active: ReadonlySet<string>,
  event: string,
  moment: Moment,
): readonly ChartTransition[] {
  const found = new Set<ChartTransition>();
  const ids = [...active];
  const leaves = ids.filter((id) => !ids.some((other) => other.startsWith(`${id}.`)));
  for (const leaf of leaves) {
    const asked = places
      .outward(leaf)
      .flatMap((id) => places.leaving(id))
      .filter((transition) => transition.event === event && (event !== '' || transition.kind === 'always'));
    for (const transition of asked) {
      const verdict = guardVerdictOf(transition.guard, moment);
      if (verdict !== false) found.add(transition);
      if (verdict === true) break;
    }
  }
  return [...found];
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
