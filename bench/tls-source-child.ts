import { readFile } from 'node:fs/promises';
import { startTlsSource } from '../test/doubles/tls-fault-server.ts';

/** Serves one file over TLS on the loopback until its standard input ends. */
const source = await startTlsSource({ files: { '/model.gguf': await readFile(process.argv[2] ?? '') } });
process.stdout.write(`${JSON.stringify({ url: source.url('/model.gguf'), ca: source.ca })}\n`);
process.stdin.on('end', () => void source.close()).resume();
