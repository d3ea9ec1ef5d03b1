import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSupervisor, embeddedModel } from '../index.ts';
import { createScriptedFetcher } from '../testing/index.ts';

const dir = await mkdtemp(join(tmpdir(), 'models-')); // In life one that stays.
const url = 'https://models.example/embedded.gguf';
const { path, sha256, sizeBytes } = embeddedModel();

// So that this example needs no network: in life leave `ports` out.
const source = createScriptedFetcher();
source.serve(url, await readFile(path), { pieceBytes: 65_536 });

const supervisor = createSupervisor({
  model: { url, sha256, sizeBytes }, // And `mirrors`, in the order of their preference.
  store: { dir },
  sources: { allow: ['models.example'] }, // Without it: huggingface.co, at a full commit.
  ports: { fetcher: source.fetcher },
});

let step = '';
supervisor.acquisition$.subscribe((progress) => {
  if (progress === null || progress.step === step) return;
  step = progress.step;
  console.log(step, `${Math.round(progress.ratio * 100)} %`);
});
await supervisor.start(); // Fetched, proved, published, loaded. The next start finds it in the store.
await supervisor.stop();
await rm(dir, { recursive: true });
