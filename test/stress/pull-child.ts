import { createModelLibrary } from '../../index.ts';

/** Pulls one model and tells what came of it. Its parent kills it in the middle. */
const { dir, ca, pin } = JSON.parse(process.argv[2] ?? '{}');
const library = createModelLibrary({
  dir,
  sources: { allow: ['localhost'], privateAddresses: true, ca },
  limits: { storeReserveBytes: 0 },
});
const pull = library.pull(pin, { fit: 'ignore' });
const told = new Set<string>();
pull.progress$.subscribe((progress) => {
  if (progress === null || told.has(progress.step)) return;
  told.add(progress.step);
  process.stdout.write(`${progress.step}\n`);
});
process.stdout.write(`${JSON.stringify(await pull.result)}\n`);
library.close();
