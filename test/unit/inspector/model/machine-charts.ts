import { walkChart } from '../../../../inspector/charts/walk-chart.ts';
import type { InspectorCharts } from '../../../../inspector/model/inspector-model.ts';
import { acquisitionMachine } from '../../../../machines/acquisition.ts';
import { requestMachine } from '../../../../machines/request.ts';
import { supervisorMachine } from '../../../../machines/supervisor.ts';

/** The shipped charts as plain data. */
export function readMachineCharts(): InspectorCharts {
  return {
    supervisor: walkChart('supervisor', supervisorMachine),
    acquisition: walkChart('acquisition', acquisitionMachine),
    request: walkChart('request', requestMachine),
  };
}
