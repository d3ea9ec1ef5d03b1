/** `npm run model:random -- --parameters 25M --seed 1 --out FILE`: a random-weight model, made when it is needed. */
import { parseArgs } from 'node:util';
import { writeRandomModel } from './random-model.ts';
import { countParameters, planRandomShape } from './random-shape.ts';

const UNITS = { '': 1, K: 1e3, M: 1e6, B: 1e9 } as const;

const { values } = parseArgs({
  options: {
    parameters: { type: 'string', default: '25M' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});

const parameters = parseParameters(values.parameters);
const seed = Number(values.seed);
if (parameters === undefined || !Number.isSafeInteger(seed) || values.out === undefined) {
  console.error('Usage: random.ts --parameters 25M --seed 1 --out FILE');
  process.exitCode = 2;
} else {
  const shape = planRandomShape(parameters);
  const { sha256, sizeBytes } = await writeRandomModel({ parameters, seed, path: values.out });
  console.log(values.out);
  console.log(`  sizeBytes  ${sizeBytes}`);
  console.log(`  sha256     ${sha256}`);
  console.log(
    `  parameters ${countParameters(shape)}: embedding ${shape.embedding}, ${shape.blocks} blocks, ${shape.heads} heads`,
  );
}

function parseParameters(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([KMB]?)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS]);
}
