import type { Gauge } from '../../model/views.ts';
import { limitsText, scaleOf, textOf } from '../store/gauge-scale.ts';

export function GaugeMeter({ gauge }: { readonly gauge: Gauge }) {
  const scale = scaleOf(gauge);
  const text = textOf(gauge);
  const limits = limitsText(gauge);
  const isKnown = gauge.value !== null;
  const hasScale = isKnown && (gauge.of !== null || gauge.hard !== null || gauge.soft !== null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the bands of the limits cannot stand in a meter element.
    <div
      class="gauge"
      role="meter"
      aria-label={gauge.label}
      aria-valuemin={0}
      aria-valuemax={gauge.of ?? gauge.hard ?? undefined}
      aria-valuenow={gauge.value ?? 0}
      aria-valuetext={limits === '' ? text : `${text}; ${limits}`}
      title={limits === '' ? undefined : `${gauge.label}: ${limits}`}
      data-testid={`gauge-${gauge.id}`}
      data-value={gauge.value ?? ''}
      data-tone={gauge.tone}
      data-known={isKnown}
    >
      <span class="gauge-label">{gauge.label}</span>
      <span class="gauge-value">{text}</span>
      <span class="gauge-track" data-bare={!hasScale} aria-hidden="true">
        {scale.soft !== null && <span class="gauge-band gauge-soft" style={{ left: percent(scale.soft) }} />}
        {scale.hard !== null && <span class="gauge-band gauge-hard" style={{ left: percent(scale.hard) }} />}
        {hasScale && <span class="gauge-fill" style={{ width: percent(scale.fill) }} />}
      </span>
    </div>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
