import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';
import { renderDocuments, renderPictures } from '../../../scripts/documents.ts';
import { fillBlocks } from '../../../scripts/generated-blocks.ts';
import { REPOSITORY } from './test-titles.ts';

const textOf = (name: string) => readFileSync(join(REPOSITORY, name), 'utf8');
const readme = textOf('README.md');
const section = (title: string) => readme.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
const documents = readdirSync(REPOSITORY).filter((name) => name.endsWith('.md'));

describe('generated parts', () => {
  test.each(renderDocuments().map((document) => [document.path.slice(REPOSITORY.length), document] as const))(
    '[DC5] those of %s are what the code gives (else: npm run docs)',
    (_name, { current, wanted }) => {
      expect(current).toBe(wanted);
      expect(current).toContain('<!-- generated:chart supervisor -->');
    },
  );

  test('[DC14] the pictures of the charts are what the page draws (else: npm run docs)', async () => {
    const pictures = await renderPictures();
    expect(pictures).toHaveLength(3);
    for (const { current, wanted } of pictures) expect(current).toBe(wanted);
  });

  const make = (kind: string, argument: string) => `${kind}/${argument}`;

  test('[DC6] stand between their marks, and nothing else changes', () => {
    const text = 'a\n<!-- generated:kind some-thing -->\nold\n<!-- /generated -->\nb\n';
    const filled = 'a\n<!-- generated:kind some-thing -->\nkind/some-thing\n<!-- /generated -->\nb\n';
    expect(fillBlocks(text, make)).toBe(filled);
    expect(fillBlocks(filled, make)).toBe(filled);
  });

  test.each([
    ['no end', '<!-- generated:kind -->\n'],
    ['no beginning', '<!-- /generated -->\n'],
    ['a beginning inside', '<!-- generated:a -->\n<!-- generated:b -->\n<!-- /generated -->\n'],
    ['a misspelt kind', '<!-- generated:Kind_1 -->\n<!-- /generated -->\n'],
  ])('[DC6] with %s are an error', (_what, text) => {
    expect(() => fillBlocks(text, make)).toThrow('no end');
  });
});

describe('the README', () => {
  test('[DC7] shows the two commands on its first screen', () => {
    const firstScreen = readme.split('\n').slice(0, 25);
    expect(firstScreen).toContain('npm ci && npm start');
    expect(firstScreen).toContain('npm ci && npm test');
  });

  test('[DC9] names every reason in its table, exactly once', () => {
    const named = [...section('Reasons').matchAll(/^\| `([a-z_0-9]+)` \|/gm)].map(([, reason]) => reason);
    expect(named).toEqual([...RUNTIME_MANAGER_REASONS]);
  });

  test('[DC10] backs every guarantee with rules that are told', () => {
    const told = new Set([...textOf('SPEC.md').matchAll(/^- \*\*(\S+)\*\*/gm)].map(([, id]) => id));
    const rows = [...section('Guarantees').matchAll(/^\| (.+?\.) +\| (.*?) +\|$/gm)];
    for (const [, promise, rules = ''] of rows) {
      const unknown = rules.split(', ').filter((id) => !told.has(id));
      expect({ promise, unknown }).toEqual({ promise, unknown: [] });
    }
    expect(rows.length).toBeGreaterThan(5);
  });

  test('[DC11] has no TypeScript but that of its examples', () => {
    const withoutExamples = readme.replace(/<!-- generated:example [\s\S]*?<!-- \/generated -->/g, '');
    expect(withoutExamples).not.toMatch(/```(ts|js|typescript|javascript)/);
    expect(readme).toContain('```ts');
  });
});

describe.each(documents)('the links of %s', (name) => {
  test('[DC8] lead to files and headings that are there', () => {
    const links = [...textOf(name).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const local = links.filter((link) => !link.includes('://'));
    expect(local.filter((link) => !leadsSomewhere(name, link))).toEqual([]);
  });
});

function leadsSomewhere(from: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(REPOSITORY, target))) return false;
  return heading === undefined || headingsOf(target).includes(heading);
}

/** As the anchor of a heading is made from its words. */
function headingsOf(name: string): string[] {
  return [...textOf(name).matchAll(/^#+ (.+)$/gm)].map(([, words = '']) =>
    words
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
