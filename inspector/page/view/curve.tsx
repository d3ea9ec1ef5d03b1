import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Gauge } from '../../model/views.ts';
import { quantity } from '../store/gauge-scale.ts';
import { curveOptions } from './curve-options.ts';
import { useElementSize } from './use-element-size.ts';

export interface CurveProps {
  readonly name: string;
  readonly label: string;
  readonly unit: Gauge['unit'];
  readonly isStepped: boolean;
  readonly atMs: readonly number[];
  readonly values: readonly (number | null)[];
  /** Where its limits stand. */
  readonly gauge: Gauge | null;
  readonly originMs: number;
  readonly onChoose: (atMs: number) => void;
}

/** One number over time, with its limits as lines. A click goes to the moment. */
export function Curve(props: CurveProps) {
  const { name, label, unit, atMs, values, gauge, originMs } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const size = useElementSize(box);
  const last = values.findLast((value) => value !== null) ?? null;

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = new uPlot(curveOptions(element, latest), dataOf(latest.current), element);
    const choose = () => {
      const seconds = made.posToVal(made.cursor.left ?? 0, 'x');
      latest.current.onChoose(seconds * 1000 + latest.current.originMs);
    };
    made.over.addEventListener('click', choose);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => {
    plot.current?.setData(dataOf({ atMs, values, originMs }));
  }, [atMs, values, originMs, gauge?.of]);

  useEffect(() => {
    if (size.widthPx > 0) plot.current?.setSize({ width: size.widthPx, height: size.heightPx });
  }, [size]);

  return (
    <figure class="curve" data-testid={`curve-${name}`}>
      <figcaption>
        {label}
        <span class="curve-value">{last === null ? 'unknown' : quantity(last, unit)}</span>
      </figcaption>
      <div ref={box} class="curve-box" role="img" aria-label={`${label} over time`} />
    </figure>
  );
}

function dataOf({
  atMs,
  values,
  originMs,
}: Pick<CurveProps, 'atMs' | 'values' | 'originMs'>): uPlot.AlignedData {
  return [atMs.map((ms) => (ms - originMs) / 1000), [...values]];
}
