import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { acquisitionMachine } from '../machines/acquisition.ts';
import { requestMachine } from '../machines/request.ts';
import { supervisorMachine } from '../machines/supervisor.ts';
import { chartToMermaid } from './chart-to-mermaid.ts';
import { chartToTable } from './chart-to-table.ts';
import { fillBlocks, type MakeBlock } from './generated-blocks.ts';
import { limitsTable } from './limits-table.ts';
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
      return fenced('mermaid', chartToMermaid(chartOf(argument)));
    case 'states':
      return chartToTable(chartOf(argument));
    case 'help':
      return fenced('text', helpOf(argument));
    case 'example':
      return fenced('ts', exampleText(argument));
    default:
      throw new Error(`nobody makes the block "${kind}"`);
  }
};

function chartOf(name: string) {
  if (name === 'supervisor') return supervisorMachine;
  if (name === 'request') return requestMachine;
  if (name === 'acquisition') return acquisitionMachine;
  throw new Error(`there is no chart "${name}"`);
}

/** The example as a host would write it: by the name of the package. */
function exampleText(name: string): string {
  return readFileSync(pathOf(`examples/${name}.ts`), 'utf8')
    .replace("'../index.ts'", "'llamero'")
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
