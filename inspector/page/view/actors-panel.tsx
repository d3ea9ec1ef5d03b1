import type { ActorNode } from '../../model/views.ts';
import { useStore } from '../store/store.ts';
import { ScrollRegion } from './scroll-region.tsx';

/** Which actors are alive at the step that is shown, each under the one that owns it. */
export function ActorsPanel() {
  const { actors } = useStore();
  const roots = actors.value;
  if (roots === null) return <p class="nothing">No actor so far.</p>;
  return (
    <ScrollRegion class="actors" label="Actors">
      <ul class="actor-tree" data-testid="actors">
        <Actor actor={roots} />
      </ul>
    </ScrollRegion>
  );
}

function Actor({ actor }: { readonly actor: ActorNode }) {
  return (
    <li>
      <span class="actor" data-testid="actor" data-actor={actor.id}>
        <span class="actor-id mono">{actor.id}</span>
        <span class="quiet">{actor.detail}</span>
      </span>
      {actor.children.length > 0 && (
        <ul>
          {actor.children.map((child) => (
            <Actor key={child.id} actor={child} />
          ))}
        </ul>
      )}
    </li>
  );
}
