import type { AnyStateMachine } from 'xstate';
import type { ChartName } from '../inspector/charts/chart.ts';
import { acquisitionMachine } from '../machines/acquisition.ts';
import { requestMachine } from '../machines/request.ts';
import { supervisorMachine } from '../machines/supervisor.ts';

/** Every machine that has a chart. */
export const MACHINES: Readonly<Record<ChartName, AnyStateMachine>> = {
  supervisor: supervisorMachine,
  acquisition: acquisitionMachine,
  request: requestMachine,
};
