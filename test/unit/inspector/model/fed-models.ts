import { createInspectorModel, type InspectorModel } from '../../../../inspector/model/inspector-model.ts';
import { createTraceLog, type TraceLogOptions } from '../../../../inspector/model/trace-log.ts';
import type { TraceProblem } from '../../../../inspector/model/views.ts';
import { readGolden } from '../../../traces/golden-files.ts';
import { readMachineCharts } from './machine-charts.ts';

export const linesOf = (trace: string): string[] => trace.split('\n').filter((line) => line !== '');

const CHARTS = readMachineCharts();

/** The model of a trace, its lines all taken. */
export function modelOf(lines: readonly string[], options: TraceLogOptions = {}): InspectorModel {
  const model = createInspectorModel(CHARTS, options);
  for (const line of lines) {
    const problem = model.feed(line);
    if (problem !== null) throw new Error(`line ${problem.line}: ${problem.message}`);
  }
  return model;
}

export const goldenModel = (name: string): InspectorModel => modelOf(linesOf(readGolden(name)));

/** A log and what it said of its lines. */
export function readLog(lines: readonly string[], options: TraceLogOptions = {}) {
  const traced = createTraceLog(options);
  const problems: TraceProblem[] = [];
  for (const line of lines) {
    const problem = traced.feed(line);
    if (problem !== null) problems.push(problem);
  }
  return { ...traced, log: traced.log, problems };
}

/** Every index that a log holds. */
export function indicesOf({ log }: Pick<InspectorModel, 'log'>): number[] {
  return Array.from({ length: log.endIndex - log.firstIndex }, (_, place) => log.firstIndex + place);
}
