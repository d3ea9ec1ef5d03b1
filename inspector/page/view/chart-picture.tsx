import { h, type VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ChartName } from '../../charts/chart.ts';
import { renderChart, type SvgElement } from '../../charts/render-chart.ts';
import type { ActiveStates } from '../../model/views.ts';
import { useStore } from '../store/store.ts';

interface ChartPictureProps {
  readonly name: ChartName;
  readonly states: ActiveStates | null;
}

/** A chart as a picture that fits into its place. */
export function ChartPicture({ name, states }: ChartPictureProps) {
  const { drawings, lastTaken } = useStore();
  const arrow = lastTaken.value?.taken.arrow ?? null;
  const activeKey = [...(states?.keys() ?? [])].join(' ');
  return useMemo(
    () =>
      toVNode(
        renderChart(drawings[name], {
          active: new Set(states?.keys() ?? []),
          arrow,
        }),
      ),
    // The picture is other only where other states are active: when they were entered does not show in it.
    [drawings, name, activeKey, arrow],
  );
}

function toVNode(element: SvgElement, place = 0): VNode {
  const { tag, attributes } = element;
  const inside = 'text' in element ? element.text : element.children.map(toVNode);
  return h(tag, { ...attributes, key: place }, inside);
}
