import { readFileSync } from 'node:fs';
import { createHttpsFetcher } from '../../../services/https-fetcher.ts';
import { fetchAll } from '../../doubles/fetch-stage.ts';

/**
 * Fetches in a process of its own, whose environment is the test's to set, and writes what it came to.
 * Arguments: URL, size, and the file of an authority to trust, where there is one.
 */
const [url = '', size = '', caFile] = process.argv.slice(2);
const sizeBytes = Number(size);
const fetcher = createHttpsFetcher({
  allow: [new URL(url).host],
  privateAddresses: true,
  ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
});
const fetched = await fetchAll(fetcher, { url, sizeBytes, fromBytes: 0, endBytes: sizeBytes, etag: null });
process.stdout.write(fetched.reason ?? 'whole');
// No exit: a fetch that keeps the process alive would show here.
fetcher.close();
