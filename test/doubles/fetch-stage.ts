import type { Reason } from '../../policies/reasons.ts';
import { createHttpsFetcher, type HttpsFetcherOptions } from '../../services/https-fetcher.ts';
import type { FetchRequest, ModelFetcher } from '../../services/model-fetcher.ts';
import { startTlsSource, type TlsSource, type TlsSourceOptions } from './tls-fault-server.ts';

/** What a fetch came to: the whole story, as its reader sees it. */
export interface Fetched {
  /** Null where every byte of the body came. */
  readonly reason: Reason | null;
  /** Bytes that were given on, up to the refusal. */
  readonly bytes: Uint8Array;
  /** Null where the head was refused. */
  readonly body: {
    readonly fromBytes: number;
    readonly endBytes: number;
    readonly etag: string | null;
  } | null;
}

export interface FetchStage {
  readonly source: TlsSource;
  readonly fetcher: ModelFetcher;
  /** A request for `path`, by default for the whole of a file of {@link FILE}'s size. */
  ask(changes?: Partial<FetchRequest>): FetchRequest;
  fetch(changes?: Partial<FetchRequest>, signal?: AbortSignal): Promise<Fetched>;
  /** Resolves once neither side has a connection left. */
  close(): Promise<void>;
}

export interface StageOptions extends Partial<TlsSourceOptions> {
  readonly fetcher?: Partial<HttpsFetcherOptions>;
}

export const PATH = '/models/m.gguf';
export const FILE = Uint8Array.from({ length: 5000 }, (_, index) => (index * 31 + (index >> 8)) % 251);

const { signal: NEVER } = new AbortController();

/** A TLS source that does as `options` say, and a fetcher that may fetch from it. */
export async function createFetchStage(options: StageOptions = {}): Promise<FetchStage> {
  const source = await startTlsSource({ files: { [PATH]: FILE }, ...options });
  const fetcher = createHttpsFetcher({
    allow: [source.host],
    ca: source.ca,
    privateAddresses: true,
    ...options.fetcher,
  });
  const ask = (changes: Partial<FetchRequest> = {}): FetchRequest => ({
    url: source.url(PATH),
    sizeBytes: FILE.length,
    fromBytes: 0,
    endBytes: FILE.length,
    etag: null,
    ...changes,
  });
  return {
    source,
    fetcher,
    ask,
    fetch: (changes, signal = NEVER) => fetchAll(fetcher, ask(changes), signal),
    close: async () => {
      fetcher.close();
      await source.idle();
      await source.close();
    },
  };
}

/** Opens, and reads to the end. */
export async function fetchAll(
  fetcher: ModelFetcher,
  request: FetchRequest,
  signal: AbortSignal = NEVER,
): Promise<Fetched> {
  const opened = await fetcher.open(request, signal);
  if (!opened.ok) return { reason: opened.reason, bytes: new Uint8Array(0), body: null };
  const { fromBytes, endBytes, etag } = opened.value;
  const pieces: Uint8Array[] = [];
  for (;;) {
    const read = await opened.value.read();
    if (read.ok && read.value !== null) pieces.push(Buffer.from(read.value));
    else {
      const reason = read.ok ? null : read.reason;
      return { reason, bytes: new Uint8Array(Buffer.concat(pieces)), body: { fromBytes, endBytes, etag } };
    }
  }
}
