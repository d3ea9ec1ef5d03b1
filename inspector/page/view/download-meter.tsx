import { formatByteRate, formatBytesOf, formatMs, formatRatio } from '../../model/format.ts';
import type { DownloadGauge } from '../../model/views.ts';

/** How far the download of the model is, how fast it goes, and how long it will take. */
export function DownloadMeter({ download }: { readonly download: DownloadGauge }) {
  const { step, receivedBytes, totalBytes, ratio, bytesPerSecond, remainingMs, attempt, reason } = download;
  const parts = [
    totalBytes > 0 ? formatBytesOf(receivedBytes, totalBytes) : null,
    bytesPerSecond === null ? null : formatByteRate(bytesPerSecond),
    remainingMs === null ? null : `${formatMs(remainingMs)} left`,
    attempt > 1 ? `try ${attempt}` : null,
    reason,
  ].filter((part) => part !== null);
  return (
    <div
      class="gauge download"
      role="progressbar"
      aria-label="Model download"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(ratio * 100)}
      aria-valuetext={[step, ...parts].join(', ')}
      data-testid="download"
      data-step={step}
    >
      <span class="gauge-label">
        Model <span class="download-step">{step}</span>
      </span>
      <span class="gauge-value">{formatRatio(ratio)}</span>
      <span class="gauge-track" aria-hidden="true">
        <span
          class="gauge-fill"
          style={{ width: `${(Math.max(0, Math.min(1, ratio)) * 100).toFixed(2)}%` }}
        />
      </span>
      <span class="download-facts">{parts.join(' · ')}</span>
    </div>
  );
}
