/** `npm run screenshots`: the pictures of the inspector in the documents, from recorded runs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stageInspectorPage } from '../test/doubles/inspector-page.ts';
import { SCREENSHOTS, takeScreenshot } from './screenshots.ts';

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
mkdirSync(folder, { recursive: true });
const stage = await stageInspectorPage();
try {
  for (const screenshot of SCREENSHOTS) {
    const { png } = await takeScreenshot(stage, screenshot);
    writeFileSync(`${folder}${screenshot.name}.png`, png);
    console.log(`docs/screenshots/${screenshot.name}.png`);
  }
} finally {
  await stage.close();
}
