import { readFile } from 'node:fs/promises';
import { contentPolicyOf } from '../page-policy.ts';

/** The page as it was built, with the policy that lets its own parts run and nothing else. */
export interface PageFile {
  readonly html: Buffer;
  readonly policy: string;
}

/** The page lies beside the compiled modules; what runs from its sources takes the one that was built last. */
export const PAGE_URL = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/inspector/index.html' : '../index.html',
  import.meta.url,
);

/** Reads the page once it is asked for; null where none was built. */
export function createPageReader(url: URL = PAGE_URL): () => Promise<PageFile | null> {
  let page: PageFile | null = null;
  return async () => {
    const html = page === null ? await readFile(url).catch(() => null) : null;
    if (html !== null) page = { html, policy: contentPolicyOf(html.toString('utf8')) };
    return page;
  };
}
