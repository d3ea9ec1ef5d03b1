import type { Gauge, GaugeSeries } from '../../model/views.ts';
import { useStore } from '../store/store.ts';
import { Curve } from './curve.tsx';
import { useDarkTheme } from './use-dark-theme.ts';

interface CurveSpec {
  readonly column: Exclude<keyof GaugeSeries, 'atMs' | 'pressure'>;
  readonly gauge: Gauge['id'];
  readonly label: string;
  readonly unit: Gauge['unit'];
  /** Counts hold until the next change; measures run from one to the next. */
  readonly isStepped: boolean;
}

const CURVES: readonly CurveSpec[] = [
  { column: 'inFlight', gauge: 'inFlight', label: 'In flight', unit: 'count', isStepped: true },
  { column: 'queue', gauge: 'queue', label: 'Queue', unit: 'count', isStepped: true },
  {
    column: 'tokensPerSecond',
    gauge: 'tokens',
    label: 'Tokens per second',
    unit: 'tokensPerSecond',
    isStepped: false,
  },
  { column: 'memoryBytes', gauge: 'memory', label: 'Memory', unit: 'bytes', isStepped: false },
  { column: 'vramBytes', gauge: 'vram', label: 'GPU memory', unit: 'bytes', isStepped: false },
  { column: 'cpuRatio', gauge: 'cpu', label: 'CPU', unit: 'ratio', isStepped: false },
];

/** How the gauges went up to the moment that is shown. */
export function CurvesPanel() {
  const { series, gauges, moment } = useStore();
  const isDark = useDarkTheme();
  const columns = series.value;
  if (columns === null || columns.atMs.length === 0) return <p class="nothing">No sample so far.</p>;
  return (
    <div class="curves" data-testid="curves">
      {CURVES.filter(({ column }) => columns[column].some((value) => value !== null)).map(
        ({ column, gauge: id, ...curve }) => (
          <Curve
            key={`${column} ${isDark}`}
            {...curve}
            name={column}
            atMs={columns.atMs}
            values={columns[column]}
            gauge={gauges.value?.find((gauge) => gauge.id === id) ?? null}
            originMs={moment.originMs.value}
            onChoose={moment.selectTime}
          />
        ),
      )}
    </div>
  );
}
