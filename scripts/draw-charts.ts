import type { ChartDrawing, ChartName } from '../inspector/charts/chart.ts';
import { layoutChart } from '../inspector/charts/layout-chart.ts';
import { walkChart } from '../inspector/charts/walk-chart.ts';
import { MACHINES } from './machines.ts';

/** The charts of the machines with their layout. */
export async function drawCharts(): Promise<Record<ChartName, ChartDrawing>> {
  const draw = (name: ChartName) => layoutChart(walkChart(name, MACHINES[name]));
  return {
    supervisor: await draw('supervisor'),
    acquisition: await draw('acquisition'),
    request: await draw('request'),
  };
}
