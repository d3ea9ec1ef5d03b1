/** `npm run model:build`: writes the embedded model and prints the pin that `embedded.ts` must carry. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { embeddedModelPath } from './embedded.ts';
import { compileModel } from './embedded-gguf.ts';
import { PAGE } from './page.ts';

const { bytes, shape, vocabularyTokens, contexts, writtenTokens } = compileModel(PAGE);
writeFileSync(embeddedModelPath(), bytes);

console.log(embeddedModelPath());
console.log(`  sizeBytes  ${bytes.length}`);
console.log(`  sha256     ${createHash('sha256').update(bytes).digest('hex')}`);
console.log(
  `  page       ${PAGE.answers.length} questions, ${PAGE.prose.length} passages of prose, ${writtenTokens} written tokens`,
);
console.log(`  vocabulary ${vocabularyTokens} tokens`);
console.log(
  `  weights    embedding ${shape.embedding}, ${shape.heads} heads, ${contexts} contexts in ${shape.hidden} hidden neurons`,
);
