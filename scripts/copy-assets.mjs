// Copies what tsc does not: the embedded model beside its compiled pin, the worker that hashes, and the mode of the binary.
import { chmodSync, copyFileSync } from 'node:fs';

copyFileSync('models/llamero-embedded.gguf', 'dist/models/llamero-embedded.gguf');
copyFileSync('services/hash-worker.mjs', 'dist/services/hash-worker.mjs');
chmodSync('dist/cli/llamero.js', 0o755);
