// Copies what tsc does not: the embedded model beside its compiled pin, and the mode of the binary.
import { chmodSync, copyFileSync } from 'node:fs';

copyFileSync('models/llamero-embedded.gguf', 'dist/models/llamero-embedded.gguf');
chmodSync('dist/cli/llamero.js', 0o755);
