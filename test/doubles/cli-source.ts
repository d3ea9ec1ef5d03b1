import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type ChildOptions, type ChildRun, runFile } from './child-process.ts';
import { startTlsSource, type TlsSource, type TlsSourceOptions } from './tls-fault-server.ts';

/** A real TLS source, a folder for store and pins, and the real commands in processes of their own. */
export function stageCliSource(options: TlsSourceOptions) {
  let source: TlsSource;
  let folder = '';

  beforeAll(async () => {
    source = await startTlsSource(options);
    folder = await mkdtemp(join(tmpdir(), 'llamero-pull-'));
    await writeFile(join(folder, 'ca.pem'), source.ca);
  });
  afterAll(async () => {
    await source.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pathOf = (name: string) => join(folder, name);
  return {
    source: () => source,
    pathOf,
    /** Options that let the commands reach the source; the store is a folder of this name. */
    reach: (store: string, host: string = source.host): string[] => [
      ...['--dir', pathOf(store), '--allow', host],
      ...['--ca', pathOf('ca.pem'), '--allow-private-addresses'],
    ],
    run: (args: readonly string[], child?: ChildOptions): Promise<ChildRun> =>
      runFile('cli/llamero.ts', args, child),
  };
}
