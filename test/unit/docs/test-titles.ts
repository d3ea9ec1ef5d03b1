import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';

export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

export interface TestTitle {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly title: string;
  /** Rules that the title names; several where a table of cases fills the identifier in. */
  readonly rules: readonly string[];
}

/** Calls of `test`, `it` and `describe` of one file. */
export interface TestCalls {
  readonly titles: readonly TestTitle[];
  /** Such as `test.skip`: what must not be committed. */
  readonly muted: readonly string[];
}

const RULE = /^[A-Z]{2}\d+$/;
const TITLE = /^\[([A-Z]{2}\d+)\] \S/;
/** The identifier of each case stands in its table. */
const TABLE_TITLE = /^\[(%s|\$id)\] \S/;
const MUTED_ROOTS = ['xtest', 'xit', 'fit', 'xdescribe', 'fdescribe'];
const ROOTS = ['test', 'it', 'describe', ...MUTED_ROOTS];
const MUTING = ['skip', 'only', 'todo', 'failing', ...MUTED_ROOTS];

/** Reads every test file as the syntax tree it is: a title in a comment or a string is no title. */
export function readTestCalls(): TestCalls[] {
  const folder = join(REPOSITORY, 'test');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .sort()
    .map((path) => testCallsOf(join(folder, path)));
}

function testCallsOf(path: string): TestCalls {
  const file = relative(REPOSITORY, path);
  const tree = parse(path);
  const titles: TestTitle[] = [];
  const muted: string[] = [];
  for (const node of nodesIn(tree)) {
    if (node['type'] !== 'CallExpression') continue;
    const { words, title } = readCall(node);
    if (words.length === 0) continue;
    if (words.some((word) => MUTING.includes(word))) muted.push(`${file}: ${words.join('.')}`);
    if (words[0]?.endsWith('describe') || title === null) continue;
    titles.push({ file, title, rules: rulesOf(title, tree, path) });
  }
  return { titles, muted };
}

function rulesOf(title: string, tree: unknown, path: string): string[] {
  const rule = TITLE.exec(title)?.[1];
  if (rule !== undefined) return [rule];
  return TABLE_TITLE.test(title) ? [...new Set([tree, ...tablesOf(tree, path)].flatMap(rulesInStrings))] : [];
}

/** Modules beside the test file that it takes its cases from. */
function tablesOf(tree: unknown, path: string): unknown[] {
  return stringsIn(tree)
    .filter((text) => /^\.\/[a-z-]+\.ts$/.test(text))
    .map((text) => parse(join(dirname(path), text)));
}

function rulesInStrings(tree: unknown): string[] {
  return stringsIn(tree).filter((text) => RULE.test(text));
}

function stringsIn(tree: unknown): string[] {
  return [...nodesIn(tree)].filter(({ type }) => type === 'StringLiteral').map(({ value }) => String(value));
}

/** `test.each(table)('title', …)` → words `test`, `each`, and the title; no words for a call of anything else. */
function readCall(call: SyntaxNode): { readonly words: string[]; readonly title: string | null } {
  const words = wordsOf(call['callee']);
  const root = words[0] ?? '';
  if (!ROOTS.includes(root)) return { words: [], title: null };
  // The call that takes the table comes before the one that takes the title.
  const isTable = words.at(-1) === 'each' && isNode(call['callee'], 'MemberExpression');
  return { words, title: isTable ? null : textOf(firstArgument(call)) };
}

function wordsOf(callee: unknown): string[] {
  if (isNode(callee, 'Identifier')) return [String(callee['value'])];
  if (isNode(callee, 'CallExpression')) return wordsOf(callee['callee']);
  if (isNode(callee, 'TaggedTemplateExpression')) return wordsOf(callee['tag']);
  if (!isNode(callee, 'MemberExpression')) return [];
  const object = wordsOf(callee['object']);
  return object.length === 0 || !isNode(callee['property'], 'Identifier')
    ? []
    : [...object, String(callee['property']['value'])];
}

function firstArgument(call: SyntaxNode): unknown {
  const [first] = call['arguments'] as readonly { readonly expression: unknown }[];
  return first?.expression;
}

/** A text as far as it is fixed; what is not a text at all is told as an empty title, which names no rule. */
function textOf(node: unknown): string {
  if (isNode(node, 'StringLiteral')) return String(node['value']);
  if (!isNode(node, 'TemplateLiteral')) return '';
  return (node['quasis'] as readonly { readonly raw: string }[]).map(({ raw }) => raw).join('…');
}

interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

function parse(path: string): unknown {
  return parseSync(readFileSync(path, 'utf8'), { syntax: 'typescript', target: 'es2022' });
}

function* nodesIn(value: unknown): Generator<SyntaxNode> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && typeof value.type === 'string') yield value as SyntaxNode;
  for (const inner of Object.values(value)) yield* nodesIn(inner);
}

function isNode(value: unknown, type: string): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === type;
}
