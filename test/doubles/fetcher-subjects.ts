import type { ModelFetcher } from '../../services/model-fetcher.ts';
import { createScriptedFetcher } from '../../testing/scripted-fetcher.ts';
import { simulatedNetwork } from '../sim/contract-arms.ts';
import type { Fault } from '../sim/faults.ts';
import type { ServerCertificate } from './certificates.ts';
import { createFetchStage, FILE, PATH } from './fetch-stage.ts';
import type { Behaviour } from './tls-fault-server.ts';
import { reply, script, silence } from './tls-scripts.ts';
import { responseHead, serveFiles } from './tls-serving.ts';

/** What a source does, said so that a server and a script can both do it. */
export type SourceDoes =
  | { readonly kind: 'serves'; readonly etag?: string | null; readonly bytes?: Uint8Array }
  /** Sends the whole file, whatever part is asked for. */
  | { readonly kind: 'no-ranges' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'gone' }
  /** Sends so many bytes of the file, then ends the connection. */
  | { readonly kind: 'cut'; readonly atBytes: number }
  /** Sends so many bytes of the file, then nothing more; null: not even an answer. */
  | { readonly kind: 'stuck'; readonly atBytes: number | null };

/** A fetcher and the one source that it may ask. */
export interface FetcherSubject {
  readonly fetcher: ModelFetcher;
  readonly url: string;
  /** Resolves once the source has as many requests. */
  readonly asked: (requests: number) => Promise<void>;
  /** Ends well only where nothing is left on either side. */
  readonly end: () => Promise<void>;
}

export type OpenFetcherSubject = (
  does: SourceDoes,
  certificate: ServerCertificate,
) => Promise<FetcherSubject>;

export const FETCHER_SUBJECTS: readonly (readonly [string, OpenFetcherSubject])[] = [
  ['the fetcher of HTTPS', openHttps],
  ['the scripted fetcher', openScripted],
  ['the simulated network', openSimulated],
];

const URL = 'https://models.example/m.gguf';
export const STRONG = '"1"';
const HEAD = responseHead('200 OK', { 'Content-Length': FILE.length, ETag: STRONG });

async function openHttps(does: SourceDoes, certificate: ServerCertificate): Promise<FetcherSubject> {
  const files = { [PATH]: does.kind === 'serves' ? (does.bytes ?? FILE) : FILE };
  const stage = await createFetchStage({ certificate, files, behaviour: behaviourOf(does) });
  if (does.kind === 'gone') await stage.source.close();
  return {
    fetcher: stage.fetcher,
    url: stage.source.url(PATH),
    asked: async (requests) => {
      while (stage.source.requests.length < requests) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    end: stage.close,
  };
}

function behaviourOf(does: SourceDoes): Behaviour {
  switch (does.kind) {
    case 'serves': {
      const { etag = STRONG, bytes = FILE } = does;
      if (bytes.length === 0) return reply('200 OK', { 'Content-Length': 0 });
      return serveFiles({ etagOf: () => etag });
    }
    case 'no-ranges':
      return reply('200 OK', { 'Content-Length': FILE.length, ETag: STRONG }, FILE);
    case 'gone':
    case 'busy':
      return reply('503 Unavailable', { 'Content-Length': 0 });
    case 'cut':
      return script(HEAD, FILE.subarray(0, does.atBytes));
    case 'stuck':
      return does.atBytes === null ? script(silence) : script(HEAD, FILE.subarray(0, does.atBytes), silence);
  }
}

async function openScripted(does: SourceDoes): Promise<FetcherSubject> {
  const source = createScriptedFetcher();
  switch (does.kind) {
    case 'serves': {
      const { etag = STRONG, bytes = FILE } = does;
      source.serve(URL, bytes, { etag });
      break;
    }
    case 'no-ranges':
      source.serve(URL, FILE, { ranges: false });
      break;
    case 'gone':
      break;
    case 'busy':
      source.fail(URL, { reason: 'source_busy' });
      break;
    case 'cut':
      source.serve(URL, FILE);
      source.fail(URL, { reason: 'transfer_cut', afterBytes: does.atBytes });
      break;
    case 'stuck':
      source.serve(URL, FILE, { pieceBytes: does.atBytes ?? FILE.length });
      source.hold();
      // The request, and one piece.
      if (does.atBytes !== null) source.step(2);
      break;
  }
  return {
    fetcher: source.fetcher,
    url: URL,
    asked: async () => undefined,
    end: async () => {
      if (source.openTransfers() > 0) throw new Error('a transfer was not closed');
    },
  };
}

async function openSimulated(does: SourceDoes): Promise<FetcherSubject> {
  const bytes = does.kind === 'serves' ? (does.bytes ?? FILE) : FILE;
  const { fetcher, open } = simulatedNetwork(URL, bytes, pieceBytesOf(does), faultOf(does));
  return {
    fetcher,
    url: URL,
    asked: async () => undefined,
    end: async () => {
      const { transfers, questions } = open();
      if (transfers + questions > 0) throw new Error('a transfer was not closed');
    },
  };
}

function pieceBytesOf(does: SourceDoes): number {
  const isCounted = does.kind === 'cut' || does.kind === 'stuck';
  return (isCounted ? does.atBytes : null) ?? 1000;
}

/** The fault of the simulator that is the same thing; one piece comes before a cut, and before standing still. */
function faultOf(does: SourceDoes): Pick<Fault, 'kind' | 'at'> | null {
  switch (does.kind) {
    case 'serves':
      return does.etag === undefined ? null : { kind: 'net.etag-changed', at: 1 };
    case 'no-ranges':
      return { kind: 'net.no-ranges', at: 0 };
    case 'busy':
      return { kind: 'net.busy', at: 0 };
    case 'gone':
      return { kind: 'net.unreachable', at: 0 };
    case 'cut':
      return { kind: 'net.cut', at: 0 };
    case 'stuck':
      return does.atBytes === null ? { kind: 'net.silent', at: 0 } : { kind: 'net.stalls', at: 1 };
  }
}
