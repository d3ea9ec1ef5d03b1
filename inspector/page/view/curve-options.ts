import uPlot from 'uplot';
import { quantity } from '../store/gauge-scale.ts';
import { formatTick } from '../store/timeline-window.ts';
import type { CurveProps } from './curve.tsx';

/** How a curve is drawn: quiet axes, one line, its limits. Colours are those of the page. */
export function curveOptions(element: HTMLElement, props: { readonly current: CurveProps }): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const { unit, isStepped } = props.current;
  const axis = {
    stroke: color('text-quiet'),
    font: `11px ${style.fontFamily}`,
    ticks: { show: false },
    grid: { stroke: color('line'), width: 1 },
  };
  return {
    width: Math.max(100, element.clientWidth),
    height: Math.max(60, element.clientHeight),
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, sync: { key: 'curves' }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_plot, low, high) => [Math.max(0, low), high] },
      y: { range: (_plot, _low, high) => [0, topOf(high)] },
    },
    axes: [
      {
        ...axis,
        size: 20,
        gap: 4,
        space: 70,
        values: (_plot, marks) =>
          marks.map((mark) => formatTick(Math.round(mark * 1000), stepOf(marks) * 1000)),
      },
      {
        ...axis,
        size: 50,
        gap: 4,
        space: 26,
        ...(unit === 'bytes' && { incrs: POWERS_OF_TWO }),
        values: (_plot, marks) => marks.map((mark) => labelOf(mark)),
      },
    ],
    series: [
      {},
      {
        stroke: color('accent'),
        fill: color('accent-soft'),
        width: 1.5,
        spanGaps: isStepped,
        points: { show: false },
        ...(isStepped && uPlot.paths.stepped !== undefined && { paths: uPlot.paths.stepped({ align: 1 }) }),
      },
    ],
    hooks: { draw: [drawLimits] },
  };

  function topOf(high: number | null): number {
    const { gauge } = props.current;
    const limit = gauge?.of ?? gauge?.hard ?? 0;
    // A limit far beyond everything seen would press the curve to the ground.
    const isNear = unit === 'count' || limit <= (high ?? 0) * 50;
    return Math.max(high ?? 0, isNear ? limit : 0) * 1.08 || 1;
  }

  function labelOf(mark: number): string {
    if (unit === 'tokensPerSecond') return String(mark);
    return unit === 'count' && !Number.isInteger(mark) ? '' : quantity(mark, unit);
  }

  function drawLimits(plot: uPlot) {
    const { gauge } = props.current;
    const { left, width } = plot.bbox;
    for (const [limit, name] of [
      [gauge?.soft, 'warning'],
      [gauge?.hard ?? (unit === 'count' ? gauge?.of : null), 'bad'],
    ] as const) {
      if (typeof limit !== 'number' || limit > (plot.scales['y']?.max ?? 0)) continue;
      const y = Math.round(plot.valToPos(limit, 'y', true));
      plot.ctx.save();
      plot.ctx.strokeStyle = color(name);
      plot.ctx.lineWidth = devicePixelRatio;
      plot.ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(left, y);
      plot.ctx.lineTo(left + width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    }
  }
}

function stepOf(marks: readonly number[]): number {
  return (marks[1] ?? 1) - (marks[0] ?? 0);
}

/** Round numbers of bytes. */
const POWERS_OF_TWO = Array.from({ length: 50 }, (_, power) => 2 ** power);
