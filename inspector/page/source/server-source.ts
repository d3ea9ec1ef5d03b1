import { TRACE_LINE_CHARS_MAX } from '../../../machines/trace-line.ts';
import { retryDelayMs } from './retry-delay.ts';
import { createServerMessageParser } from './sse-parser.ts';

/** How it stands with the server. */
export type ServerStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'reconnecting'; readonly delayMs: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused'; readonly status: number };

export interface ServerSource {
  readonly token: string;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  /** Resolves after so many ms, or sooner once the signal says stop. */
  pause(ms: number): Promise<void>;
  onStatus(status: ServerStatus): void;
  /** A stream begins: it tells everything anew. */
  onOpen(): void;
  /** Lines of the trace. The stream is not read on before this resolves. */
  onLines(lines: readonly string[]): Promise<void>;
}

/**
 * Follows the trace of a running supervisor until it ends, is refused, or the signal says stop. A stream that drops is
 * opened again, later each time; one that brought a line counts from the beginning.
 */
export async function followServer(source: ServerSource): Promise<void> {
  let failures = 0;
  source.onStatus({ kind: 'connecting' });
  while (!source.signal.aborted) {
    const result = await readStream(source).catch(() => 'dropped' as const);
    if (source.signal.aborted) return;
    if (result === 'ended') return source.onStatus({ kind: 'ended' });
    if (typeof result === 'object') return source.onStatus({ kind: 'refused', status: result.refused });
    failures = result === 'dropped after lines' ? 1 : failures + 1;
    const delayMs = retryDelayMs(failures);
    source.onStatus({ kind: 'reconnecting', delayMs });
    await source.pause(delayMs);
  }
}

type StreamResult = 'ended' | 'dropped' | 'dropped after lines' | { readonly refused: number };

async function readStream(source: ServerSource): Promise<StreamResult> {
  const response = await source.fetch('/trace', {
    headers: { authorization: `Bearer ${source.token}` },
    credentials: 'omit',
    redirect: 'error',
    signal: source.signal,
  });
  if (response.status >= 400 && response.status < 500) return { refused: response.status };
  if (!response.ok || response.body === null) return 'dropped';
  source.onStatus({ kind: 'connected' });
  source.onOpen();
  const parser = createServerMessageParser(TRACE_LINE_CHARS_MAX);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let hasLines = false;
  for (;;) {
    const piece = await reader.read().catch(() => null);
    if (piece === null || piece.done) return hasLines ? 'dropped after lines' : 'dropped';
    const messages = parser.push(decoder.decode(piece.value, { stream: true }));
    const end = messages.findIndex(({ event }) => event === 'end');
    const lines = (end === -1 ? messages : messages.slice(0, end)).map(({ data }) => data);
    hasLines ||= lines.length > 0;
    await source.onLines(lines);
    if (end !== -1) return 'ended';
  }
}
