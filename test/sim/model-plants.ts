import { deny } from '../../policies/verdict.ts';
import type { ModelFetcher } from '../../services/model-fetcher.ts';
import type { ModelStore } from '../../services/model-store.ts';
import type { InvariantId } from './judge.ts';
import type { SimulatedModel } from './model.ts';

/** A defect that is planted where the model comes from, and the invariant that has to notice it. */
export interface ModelPlant {
  readonly name: string;
  readonly rule: InvariantId;
  readonly plantModel: (model: SimulatedModel) => SimulatedModel;
}

const withStore =
  (change: (store: ModelStore, model: SimulatedModel) => Partial<ModelStore>) =>
  (model: SimulatedModel): SimulatedModel => {
    const store = model.ports.store as ModelStore;
    return { ...model, ports: { ...model.ports, store: { ...store, ...change(store, model) } } };
  };

export const MODEL_PLANTS: readonly ModelPlant[] = [
  {
    name: 'a model counts as verified that nobody has proved',
    rule: 'SI3',
    plantModel: withStore(() => ({ inspect: async () => ({ ok: true, value: { kind: 'verified' } }) })),
  },
  {
    name: 'a model is gone once it was published',
    rule: 'SI19',
    plantModel: withStore((store, model) => ({
      openPartial: async (spec) => {
        const opened = await store.openPartial(spec);
        if (!opened.ok) return opened;
        const partial = opened.value;
        const publish: typeof partial.publish = async () => {
          const published = await partial.publish();
          model.forget?.();
          return published;
        };
        return { ok: true, value: { ...partial, publish } };
      },
    })),
  },
  {
    name: 'a lock is not given back',
    rule: 'SI20',
    plantModel: withStore((store) => ({
      lock: async (...asked) => {
        const taken = await store.lock(...asked);
        return taken.ok ? { ok: true, value: { release: async () => undefined } } : taken;
      },
    })),
  },
  {
    name: 'no source answers any more once the model was deleted',
    rule: 'SI22',
    plantModel: (model) => {
      const fetcher = model.ports.fetcher as ModelFetcher;
      let isDead = false;
      const open: ModelFetcher['open'] = async (...asked) =>
        isDead ? deny('source_unreachable') : fetcher.open(...asked);
      return {
        ...model,
        ports: { ...model.ports, fetcher: { ...fetcher, open } },
        forget: () => {
          isDead = true;
          model.forget?.();
        },
      };
    },
  },
];
