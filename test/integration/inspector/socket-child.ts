import { startInspector } from '../../../inspector/index.ts';

/** Opens an inspector at the socket that is named, and stays until it is killed. */
await startInspector({ trace: () => '', traceTo: () => () => undefined }, { socketPath: process.argv[2]! });
setInterval(() => undefined, 60_000);
process.stdout.write('open\n');
