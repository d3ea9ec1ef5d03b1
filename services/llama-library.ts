import type { ChatWrapper, Llama, LlamaLogLevel, LlamaModel } from 'node-llama-cpp';
import type { Logger } from './logger.ts';

/**
 * The one file that imports node-llama-cpp, and only when a runtime is prepared: an import of this package by
 * itself loads no native code.
 */
type LlamaModule = typeof import('node-llama-cpp');

export type {
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel,
  Token,
} from 'node-llama-cpp';

export type GpuChoice = 'auto' | false | 'cuda' | 'vulkan' | 'metal';

export interface LlamaLibraryOptions {
  readonly gpu: GpuChoice;
  /** Compute threads on a CPU, 1 or more; the library's own default is more than a small machine has. */
  readonly cpuThreads: number;
  readonly logger: Logger;
}

export interface LlamaLibrary {
  readonly llama: Llama;
  /** Backend in use: `cpu`, `cuda`, `vulkan` or `metal`. */
  readonly backend: string;
  /** The model's own chat template, or the nearest one the library knows. May throw on a broken template. */
  readonly chatWrapperOf: (model: LlamaModel) => ChatWrapper;
  readonly isOutOfMemory: (error: unknown) => boolean;
  /** Stops the library's log lines to this holder's logger. */
  readonly release: () => void;
}

const LOG_LEVELS = {
  fatal: 'error',
  error: 'error',
  warn: 'warn',
  info: 'info',
  log: 'debug',
  debug: 'debug',
  disabled: 'debug',
} as const satisfies Record<`${LlamaLogLevel}`, keyof Logger>;

interface LoadedLibrary {
  readonly module: LlamaModule;
  readonly llama: Llama;
  /** One for each holder, even where two hand in the same logger. */
  readonly listeners: Set<{ readonly logger: Logger }>;
}

/**
 * The exception to "no module-level state": llama.cpp keeps its logger and its backend once per process, whatever
 * number of `Llama` objects there is. A second `getLlama` cuts the first one's logger off, and from then on lines go
 * straight to stdout and stderr; disposing either frees the backend of both. So a process has one per choice of GPU,
 * every runtime holds the same, and it stays for the next start (it holds no model, and does not keep a process alive).
 */
const libraries = new Map<GpuChoice, Promise<LoadedLibrary>>();

/** Rejects when the package or a fitting binary is missing; a later call then tries again. */
export async function openLlamaLibrary(options: LlamaLibraryOptions): Promise<LlamaLibrary> {
  const { gpu, cpuThreads, logger } = options;
  const opening = libraries.get(gpu) ?? loadLibrary(gpu, cpuThreads);
  libraries.set(gpu, opening);
  try {
    const { module, llama, listeners } = await opening;
    // Shared, so the widest wish counts: each context still names its own threads. 0 means no bound, as GPUs want it.
    llama.maxThreads = llama.gpu === false ? Math.max(llama.maxThreads, cpuThreads) : 0;
    const listener = { logger };
    listeners.add(listener);
    return {
      llama,
      backend: llama.gpu === false ? 'cpu' : llama.gpu,
      chatWrapperOf: (model) => resolveChatWrapper(module, model),
      isOutOfMemory: (error) => error instanceof module.InsufficientMemoryError,
      release: () => void listeners.delete(listener),
    };
  } catch (error) {
    if (libraries.get(gpu) === opening) libraries.delete(gpu);
    throw error;
  }
}

async function loadLibrary(gpu: GpuChoice, cpuThreads: number): Promise<LoadedLibrary> {
  // The library would take whatever else there is: a host that names one means that one.
  if (gpu === (process.platform === 'darwin' ? 'cuda' : 'metal'))
    throw new Error(`${gpu} is not of this platform`);
  const module = await import('node-llama-cpp');
  const listeners: LoadedLibrary['listeners'] = new Set();
  const llama = await module.getLlama({
    gpu,
    // Never compile, fetch or print: a host did not ask for any of it. Each is named, for the defaults read the environment.
    build: 'never',
    usePrebuiltBinaries: true,
    skipDownload: true,
    progressLogs: false,
    debug: false,
    numa: false,
    maxThreads: cpuThreads,
    logLevel: module.LlamaLogLevel.warn,
    logger: (level, message) => {
      for (const { logger } of listeners) logLine(logger, level, message);
    },
  });
  return { module, llama, listeners };
}

function logLine(logger: Logger, level: LlamaLogLevel, message: string): void {
  logger[LOG_LEVELS[level]]({ source: 'llama.cpp' }, message.trim());
}

/**
 * The template in the file is rendered as it is. The library's own search for an equal hand-written wrapper takes half
 * a second of the event loop, and its study of tool calls is of no use here; both are left out.
 */
function resolveChatWrapper(module: LlamaModule, model: LlamaModel): ChatWrapper {
  const template: unknown = model.fileInfo.metadata.tokenizer?.chat_template;
  const quiet = { warningLogs: false, fallbackToOtherWrappersOnJinjaError: false } as const;
  if (typeof template === 'string' && template.trim() !== '') {
    try {
      return module.resolveChatWrapper(model, {
        ...quiet,
        type: 'jinjaTemplate',
        customWrapperSettings: { jinjaTemplate: { template, functionCallMessageTemplate: 'noJinja' } },
      });
    } catch {
      // A template the renderer does not understand: the family's known shape is the next best.
    }
  }
  return module.resolveChatWrapper(model, { ...quiet, noJinja: true });
}
