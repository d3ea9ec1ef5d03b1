import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChartName } from '../inspector/charts/chart.ts';
import { renderChart } from '../inspector/charts/render-chart.ts';
import { svgText } from '../inspector/charts/svg-text.ts';
import { walkChart } from '../inspector/charts/walk-chart.ts';
import { chartToTable } from './chart-to-table.ts';
import { drawCharts } from './draw-charts.ts';
import { fillBlocks, type MakeBlock } from './generated-blocks.ts';
import { limitsTable } from './limits-table.ts';
import { MACHINES } from './machines.ts';
import { packagesTable } from './packages-table.ts';
import { reasonsTable } from './reasons-table.ts';

const GENERATED_DOCUMENTS = ['README.md', 'ARCHITECTURE.md'] as const;

export interface RenderedDocument {
  readonly path: string;
  readonly current: string;
  /** The same text with every generated block made anew. */
  readonly wanted: string;
}

/** Reads the documents that have generated blocks. @throws Error on a block that nobody makes, or that has no end. */
export function renderDocuments(): RenderedDocument[] {
  return GENERATED_DOCUMENTS.map((name) => {
    const path = pathOf(name);
    const current = readFileSync(path, 'utf8');
    return { path, current, wanted: fillBlocks(current, makeBlock) };
  });
}

const makeBlock: MakeBlock = (kind, argument) => {
  switch (kind) {
    case 'limits':
      return limitsTable();
    case 'reasons':
      return reasonsTable();
    case 'packages':
      return packagesTable();
    case 'chart':
      return `![${CHART_TEXTS[chartNameOf(argument)]}](${pictureOf(chartNameOf(argument))})`;
    case 'states': {
      const name = chartNameOf(argument);
      return chartToTable(walkChart(name, MACHINES[name]));
    }
    case 'help':
      return fenced('text', helpOf(argument));
    case 'example':
      return fenced('ts', exampleText(argument));
    default:
      throw new Error(`nobody makes the block "${kind}"`);
  }
};

/** What a picture says to those who do not see it. */
const CHART_TEXTS: Readonly<Record<ChartName, string>> = {
  supervisor:
    'The chart of the supervisor: stopped, starting, ready and draining, in a circle, with the states inside them',
  request: 'The chart of a request: active, then aborting or settled',
  acquisition:
    'The chart of an acquisition: planning, probing, streaming, verifying, publishing, recorded, and the ways to fail',
};

function chartNameOf(name: string): ChartName {
  if (name in MACHINES) return name as ChartName;
  throw new Error(`there is no chart "${name}"`);
}

const pictureOf = (name: ChartName): string => `docs/charts/${name}.svg`;

/** The pictures of the charts, as the page of the inspector draws them. */
export async function renderPictures(): Promise<RenderedDocument[]> {
  const style = readFileSync(pathOf('inspector/charts/chart.css'), 'utf8');
  return Object.values(await drawCharts()).map((drawing) => {
    const path = pathOf(pictureOf(drawing.name));
    const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return {
      path,
      current,
      wanted: svgText(renderChart(drawing, { active: new Set(), arrow: null }), style),
    };
  });
}

/** The example as a host would write it: by the name of the package. */
function exampleText(name: string): string {
  return readFileSync(pathOf(`examples/${name}.ts`), 'utf8')
    .replace("'../index.ts'", "'llamero'")
    .replace("'../inspector/index.ts'", "'llamero/inspector'")
    .replace("'../testing/index.ts'", "'llamero/testing'")
    .replace("'../testing/jest.ts'", "'llamero/testing/jest'");
}

/** What the command says of itself. */
function helpOf(command: string): string {
  const call = ['--import', 'tsx', pathOf('cli/llamero.ts'), command, '--help'];
  return execFileSync(process.execPath, call, { cwd: pathOf(''), encoding: 'utf8' });
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
