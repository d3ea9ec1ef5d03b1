import { LIMIT_NAMES, LIMIT_RULES, type LimitRule } from '../policies/limits.ts';
import { markdownTable } from './markdown-table.ts';

export function limitsTable(): string {
  const rows = LIMIT_NAMES.map((name) => {
    const rule: LimitRule = LIMIT_RULES[name];
    const range = `${amount(rule.min)} to ${amount(rule.max)}`;
    return [`\`${name}\``, rule.unit, amount(rule.default), range, rule.meaning];
  });
  return markdownTable(['Limit', 'Unit', 'Default', 'Range', 'Meaning'], rows);
}

function amount(value: number): string {
  if (value === Number.MAX_SAFE_INTEGER) return '2^53 - 1';
  if (value === 2 ** 31 - 1) return '2^31 - 1';
  return Number.isInteger(value) ? value.toLocaleString('en-US') : String(value);
}
