import { createHash } from 'node:crypto';
import { evaluateGgufHeader, evaluateWholeModel } from '../policies/gguf-header.ts';
import { createIntegrityAccumulator, validateIntegritySpec } from '../policies/integrity.ts';
import type { DownloadRequest, ModelFile, RuntimeAdapterFns } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import { createModelFile } from './model-file.ts';
import { createScriptedGate } from './scripted-gate.ts';

/** A model source without a disk: bytes in memory, refused for the reasons that those of a real file would be. */
export interface LoopbackModelSource {
  /** For the `download` port of a supervisor. */
  readonly download: RuntimeAdapterFns['download'];
  /**
   * Keeps the bytes under a path, and gives the pin that fits them: `createSupervisor({ model: source.pin(...) })`.
   * Default: a GGUF file of 10,000 bytes with a sound header.
   */
  pin(
    path: string,
    bytes?: Uint8Array,
  ): { readonly path: string; readonly sha256: string; readonly sizeBytes: number };
  /** Flips one bit of a kept file: its pin no longer fits. */
  corrupt(path: string, bitIndex?: number): void;
  /** Cuts a kept file off. */
  truncate(path: string, sizeBytes: number): void;
  remove(path: string): void;
  /** From now on downloads stand still; they do obey their abort. */
  hold(): void;
  release(): void;
  /** Paths in the order they were asked for. */
  readonly requested: readonly string[];
}

const PIECE_BYTES = 4096;

const SOME_MODEL = createModelFile(10_000);

export function createLoopbackModelSource(): LoopbackModelSource {
  const files = new Map<string, Uint8Array>();
  const gate = createScriptedGate();
  const requested: string[] = [];

  const download = async (request: DownloadRequest): Promise<Attempt<ModelFile>> => {
    const { path, sha256, sizeBytes, signal, onProgress } = request;
    requested.push(path);
    const spec = validateIntegritySpec({ sha256, sizeBytes });
    if (!spec.ok) return spec;
    if (signal.aborted) return deny('start_superseded');
    const bytes = files.get(path);
    if (bytes === undefined) return deny('model_file_missing');
    if (bytes.length === 0) return deny('model_file_empty');
    if (bytes.length < sizeBytes) return deny('size_short');
    if (bytes.length > sizeBytes) return deny('size_exceeded');
    const accumulator = createIntegrityAccumulator({ sha256, sizeBytes });
    for (let from = 0; from < sizeBytes; from += PIECE_BYTES) {
      await gate.pass(signal);
      if (signal.aborted) return deny('start_superseded');
      const verdict = accumulator.update(bytes.subarray(from, from + PIECE_BYTES));
      if (!verdict.ok) return verdict;
      onProgress?.(Math.min(1, (from + PIECE_BYTES) / sizeBytes));
    }
    const proof = accumulator.finalize();
    if (!proof.ok) return proof;
    const header = evaluateGgufHeader(bytes, sizeBytes);
    if (header.kind === 'refused') return header.verdict;
    const whole = header.kind === 'accepted' ? evaluateWholeModel(header.facts) : deny('gguf_truncated');
    return whole.ok ? { ok: true, value: { path, sizeBytes } } : whole;
  };

  const change = (path: string, edit: (bytes: Uint8Array) => Uint8Array) => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new RangeError(`no file is kept under ${path}: pin it first`);
    files.set(path, edit(bytes.slice()));
  };

  return {
    download,
    pin: (path, bytes = SOME_MODEL) => {
      files.set(path, bytes.slice());
      return { path, sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
    },
    corrupt: (path, bitIndex = 0) =>
      change(path, (bytes) => {
        const index = bitIndex >> 3;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << (bitIndex & 7));
        return bytes;
      }),
    truncate: (path, sizeBytes) => change(path, (bytes) => bytes.slice(0, sizeBytes)),
    remove: (path) => void files.delete(path),
    hold: () => gate.hold(),
    release: () => gate.release(),
    requested,
  };
}
