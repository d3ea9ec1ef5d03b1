import { useStore } from '../store/store.ts';
import { DownloadMeter } from './download-meter.tsx';
import { GaugeMeter } from './gauge-meter.tsx';
import { LastArrival } from './last-arrival.tsx';

const LEVELS = ['nominal', 'elevated', 'critical'] as const;

/** Numbers against their limits. */
export function GaugePanel() {
  const { gauges, download, standing } = useStore();
  const pressure = standing.value?.after.context.pressure ?? 'nominal';
  return (
    <section class="panel gauges" data-part="gauges" aria-label="Gauges" data-testid="gauges">
      <header class="panel-head">
        <h2>Gauges</h2>
        <div
          class="pressure"
          role="img"
          aria-label={`pressure: ${pressure}`}
          data-testid="pressure"
          data-pressure={pressure}
        >
          {LEVELS.map((level) => (
            <span key={level} class="pressure-level" data-level={level} data-active={level === pressure}>
              {level}
            </span>
          ))}
        </div>
      </header>
      <div class="panel-body gauge-list">
        {download.value !== null && <DownloadMeter download={download.value} />}
        {gauges.value?.map((gauge) => (
          <GaugeMeter key={gauge.id} gauge={gauge} />
        ))}
      </div>
      <LastArrival />
    </section>
  );
}
