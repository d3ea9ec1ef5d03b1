import { fileURLToPath } from 'node:url';

/**
 * The model that comes with the package, pinned. It answers the questions of `page.ts`, and nothing else.
 * Size and digest are of the file that `npm run model:build` makes, byte for byte.
 */
export const EMBEDDED_MODEL = {
  name: 'llamero-embedded',
  fileName: 'llamero-embedded.gguf',
  /** SHA-256 of the file, in lower-case hex. */
  sha256: 'fed56cd44ee57657af9804cb35151d0005ba24f0522aa358f7ecbdaebee9c8a5',
  sizeBytes: 2_619_840,
  /** Longest text the model keeps in view, prompt and answer together. */
  contextTokens: 8192,
} as const;

/** Absolute path of the file, beside this module. */
export function embeddedModelPath(): string {
  return fileURLToPath(new URL(`./${EMBEDDED_MODEL.fileName}`, import.meta.url));
}

/** The pin as a supervisor takes it: `createSupervisor({ model: embeddedModel() })`. */
export function embeddedModel(): {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
} {
  const { sha256, sizeBytes } = EMBEDDED_MODEL;
  return { path: embeddedModelPath(), sha256, sizeBytes };
}
