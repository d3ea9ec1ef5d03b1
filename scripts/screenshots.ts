import { readFileSync } from 'node:fs';
import type { TraceStep } from '../machines/trace-line.ts';
import type { InspectorPage, stageInspectorPage } from '../test/doubles/inspector-page.ts';

export interface Screenshot {
  readonly name: string;
  /** A recorded run of `test/traces/`. */
  readonly trace: string;
  /** The first step that is this one is shown. */
  readonly isShown: (step: TraceStep) => boolean;
  readonly chart: 'supervisor' | 'acquisition' | 'request';
  readonly panel: 'events' | 'requests' | 'actors' | 'curves';
  readonly colorScheme: 'light' | 'dark';
}

/** Five states of a supervisor on the page of the inspector, the first of them for the README. */
export const SCREENSHOTS: readonly Screenshot[] = [
  {
    name: 'flooded',
    trace: 'real-demo',
    isShown: ({ d }) => reasonOf(d['lastArrival']) === 'queue_full',
    chart: 'supervisor',
    panel: 'events',
    colorScheme: 'light',
  },
  {
    name: 'downloading',
    trace: 'download-resumed',
    isShown: ({ d }) => stepOf(d['acquisition']) === 'streaming',
    chart: 'acquisition',
    panel: 'events',
    colorScheme: 'dark',
  },
  {
    name: 'backing-off',
    trace: 'suspect-restart-ready',
    isShown: ({ s }) => JSON.stringify(s) === '{"stopped":"backingOff"}',
    chart: 'supervisor',
    panel: 'events',
    colorScheme: 'light',
  },
  {
    name: 'critical',
    trace: 'pressure-up-and-down',
    isShown: ({ d }) => d['pressure'] === 'critical',
    chart: 'supervisor',
    panel: 'curves',
    colorScheme: 'dark',
  },
  {
    name: 'draining',
    trace: 'drain-finished',
    isShown: ({ e }) => e.type === 'supervisor.drain',
    chart: 'supervisor',
    panel: 'requests',
    colorScheme: 'light',
  },
];

/** Opens the page, shows the moment, and takes its picture, as PNG. */
export async function takeScreenshot(
  stage: Awaited<ReturnType<typeof stageInspectorPage>>,
  { name, trace, isShown, chart, panel, colorScheme }: Screenshot,
): Promise<{ readonly png: Buffer; readonly shown: InspectorPage }> {
  const text = readFileSync(new URL(`../test/traces/${trace}.jsonl`, import.meta.url), 'utf8');
  const steps = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TraceStep & { readonly kind?: string })
    .filter(({ kind }) => kind === undefined);
  const index = steps.findIndex(isShown);
  if (index === -1) throw new Error(`${name}: the trace has no such step`);
  const shown = await stage.open(undefined, { colorScheme });
  await shown.drop(`${trace}.jsonl`, text);
  await shown.untilEvents(steps.length);
  await shown.scrubTo(index);
  await shown.find(`tab-${chart}`).click();
  await shown.find(`tab-${panel}`).click();
  await shown.page.mouse.move(0, 0);
  // The page draws once more after its tabs changed.
  await shown.page.evaluate(
    'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
  );
  return { png: await shown.page.screenshot(), shown };
}

function reasonOf(arrival: unknown): unknown {
  return (arrival as { readonly verdict?: { readonly reason?: unknown } } | undefined)?.verdict?.reason;
}

function stepOf(acquisition: unknown): unknown {
  return (acquisition as { readonly step?: unknown } | undefined)?.step;
}
