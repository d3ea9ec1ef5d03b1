import {
  formatBytes,
  formatBytesOf,
  formatCount,
  formatMs,
  formatRatio,
  formatTokenRate,
} from '../../model/format.ts';
import type { Gauge } from '../../model/views.ts';

/** Where things stand on the bar of a gauge, as shares of its length. */
export interface GaugeScale {
  readonly fill: number;
  /** Null where there is no such limit, or where it stands at the very end. */
  readonly soft: number | null;
  readonly hard: number | null;
}

export function scaleOf({ value, of, soft, hard }: Gauge): GaugeScale {
  const end = of ?? Math.max(value ?? 0, hard ?? 0, soft ?? 0);
  if (!(end > 0)) return { fill: 0, soft: null, hard: null };
  return { fill: shareOf(value ?? 0, end), soft: limitShare(soft, end), hard: limitShare(hard, end) };
}

function limitShare(limit: number | null, end: number): number | null {
  return limit === null || limit > end ? null : shareOf(limit, end);
}

function shareOf(value: number, end: number): number {
  return Math.max(0, Math.min(1, value / end));
}

/** `2 of 3`, `17.3 of 23.5 GiB`, `84 %`. */
export function textOf(gauge: Gauge): string {
  if (gauge.value === null) return 'unknown';
  const value = quantity(gauge.value, gauge.unit);
  if (gauge.of === null || gauge.unit === 'ratio') return value;
  return gauge.unit === 'bytes'
    ? formatBytesOf(gauge.value, gauge.of)
    : `${value} of ${quantity(gauge.of, gauge.unit)}`;
}

/** The limits in words, for a tooltip: `soft 20 GiB, hard 22.8 GiB`. */
export function limitsText({ soft, hard, unit }: Gauge): string {
  return [
    soft === null ? '' : `soft ${quantity(soft, unit)}`,
    hard === null ? '' : `hard ${quantity(hard, unit)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

export function quantity(value: number, unit: Gauge['unit']): string {
  switch (unit) {
    case 'count':
      return formatCount(value);
    case 'tokensPerSecond':
      return formatTokenRate(value);
    case 'bytes':
      return formatBytes(value);
    case 'ratio':
      return formatRatio(value);
    case 'ms':
      return formatMs(value);
  }
}
