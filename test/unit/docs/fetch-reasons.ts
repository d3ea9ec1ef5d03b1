import type { Reason } from '../../../policies/reasons.ts';
import { evaluateResponseHead } from '../../../policies/response.ts';
import { createHttpsFetcher } from '../../../services/https-fetcher.ts';
import { createFetchStage, FILE, fetchAll, type StageOptions } from '../../doubles/fetch-stage.ts';
import type { Behaviour } from '../../doubles/tls-fault-server.ts';
import { redirectTo, reply } from '../../doubles/tls-scripts.ts';

const LENGTH = { 'Content-Length': FILE.length };

async function fetchFrom(options: StageOptions): Promise<Reason> {
  const stage = await createFetchStage(options);
  const { reason } = await stage.fetch();
  await stage.close();
  if (reason === null) throw new Error('it was not refused');
  return reason;
}

const answering = (behaviour: Behaviour): Promise<Reason> => fetchFrom({ behaviour });

/** Fetches from a name that resolves to this address, or to none. */
async function fetchByName(address: string | null): Promise<Reason> {
  const fetcher = createHttpsFetcher({
    allow: ['models.example.org'],
    lookup: (_name, _options, callback) =>
      address === null ? callback(new Error('no such name'), []) : callback(null, address, 4),
  });
  const url = 'https://models.example.org/m.gguf';
  const { reason } = await fetchAll(fetcher, { url, sizeBytes: 1, fromBytes: 0, endBytes: 1, etag: null });
  fetcher.close();
  if (reason === null) throw new Error('it was not refused');
  return reason;
}

/** For each reason that the fetcher gives, the fetch that gives it. */
export const FETCH_REASONS = {
  response_accepted: () => {
    const asked = { sizeBytes: 1, fromBytes: 0, endBytes: 1, etag: null };
    const judged = evaluateResponseHead({ statusCode: 200, rawHeaders: [] }, asked);
    if (judged.kind !== 'body') throw new Error('it was not accepted');
    return judged.verdict.reason;
  },
  source_address_refused: () => fetchByName('127.0.0.1'),
  source_certificate_refused: async () => {
    const other = await createFetchStage();
    await other.close();
    return fetchFrom({ fetcher: { ca: other.source.ca } });
  },
  source_unreachable: () => fetchByName(null),
  source_busy: () => answering(reply('503 Service Unavailable')),
  source_status_refused: () => answering(reply('404 Not Found')),
  redirect_malformed: () => answering(redirectTo('/elsewhere')),
  redirects_exceeded: () =>
    answering((request, connection) =>
      redirectTo(`https://${request.headers['host']}${request.path}`)(request, connection),
    ),
  response_malformed: () => answering(reply('200 OK', { 'Content-Length': -1 })),
  response_encoded: () => answering(reply('200 OK', { 'Content-Encoding': 'gzip', ...LENGTH })),
  response_size_mismatch: () => answering(reply('200 OK', { 'Content-Length': 1 })),
  response_range_mismatch: () => answering(reply('416 Range Not Satisfiable')),
  transfer_cut: () => answering(reply('200 OK', LENGTH, FILE.subarray(0, 10))),
} satisfies Partial<Record<Reason, () => Reason | Promise<Reason>>>;
