import { describe, expect, test } from '@jest/globals';
import type { InspectorModel } from '../../../../inspector/model/inspector-model.ts';
import type { TakenTransition } from '../../../../inspector/model/views.ts';
import { createLastTaken } from '../../../../inspector/page/store/last-taken.ts';

/** A log of steps that entered these states; null for a step that took no transition. */
function modelOf(...entered: readonly (string | null)[]) {
  const asked: number[] = [];
  const model = {
    log: {
      firstIndex: 0,
      stepAt: (index: number) => ({
        i: index,
        e: { type: 'x' },
        d: {},
        ...(entered[index] && { s: entered[index] }),
      }),
    },
    takenAt: (index: number): readonly Partial<TakenTransition>[] => {
      asked.push(index);
      return [{ chart: 'supervisor', to: entered[index] ?? null }];
    },
  } as unknown as InspectorModel;
  return { model, asked };
}

describe('latest transition', () => {
  test('[IP19] is the one at the step, else the nearest before it', () => {
    const { model } = modelOf('a', null, 'b', null, null);
    const find = createLastTaken();
    expect([4, 3, 2, 1, 0].map((index) => find(model, 'supervisor', index)?.index)).toEqual([2, 2, 2, 0, 0]);
    expect(find(model, 'supervisor', 4)?.taken.to).toBe('b');
  });

  test('[IP19] is none where no step led to a state, or only one of another chart did', () => {
    expect(createLastTaken()(modelOf(null, null).model, 'supervisor', 1)).toBeNull();
    expect(createLastTaken()(modelOf('a').model, 'acquisition', 0)).toBeNull();
  });

  test('[IP19] is found anew in another log', () => {
    const find = createLastTaken();
    expect(find(modelOf('a', null).model, 'supervisor', 1)?.taken.to).toBe('a');
    expect(find(modelOf('b', null).model, 'supervisor', 1)?.taken.to).toBe('b');
  });

  test('[IP19] costs a step that follows no look at those before', () => {
    const { model, asked } = modelOf('a', ...Array.from({ length: 100 }, () => null), 'b');
    const find = createLastTaken();
    for (let index = 0; index <= 101; index += 1) find(model, 'supervisor', index);
    expect(asked).toEqual([0, 101]);
  });
});
