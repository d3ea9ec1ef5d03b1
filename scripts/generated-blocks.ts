/** Makes the text of a block from the words of its mark: `<!-- generated:kind argument -->`. */
export type MakeBlock = (kind: string, argument: string) => string;

const BLOCK = /<!-- generated:([a-z]+) ?([a-z-]*) -->([\s\S]*?)<!-- \/generated -->/g;
const MARK = /<!-- \/?generated/g;

/** Replaces what stands between the marks. @throws Error where a mark has no counterpart. */
export function fillBlocks(markdown: string, makeBlock: MakeBlock): string {
  const blocks = [...markdown.matchAll(BLOCK)];
  const strayMark = blocks.some(([, , , inner]) => inner?.match(MARK) !== null);
  if (strayMark || (markdown.match(MARK)?.length ?? 0) !== blocks.length * 2) {
    throw new Error('a generated block has no end, or an end no beginning');
  }
  return markdown.replace(BLOCK, (_, kind: string, argument: string) => {
    const mark = argument === '' ? kind : `${kind} ${argument}`;
    return `<!-- generated:${mark} -->\n${makeBlock(kind, argument)}\n<!-- /generated -->`;
  });
}
