import { REASON_GUIDE } from '../host/reason-guide.ts';
import { markdownTable } from './markdown-table.ts';
import { reasonGroups } from './reason-groups.ts';

export function reasonsTable(): string {
  const rows = reasonGroups().flatMap(({ title, reasons }) => [
    [`**${title}**`, '', ''],
    ...reasons.map((reason) => [`\`${reason}\``, REASON_GUIDE[reason].meaning, REASON_GUIDE[reason].remedy]),
  ]);
  return markdownTable(['Reason', 'Meaning', 'What the host can do'], rows);
}
