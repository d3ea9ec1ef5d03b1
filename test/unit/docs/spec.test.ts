import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { REPOSITORY, readTestCalls } from './test-titles.ts';

const rules = [...readFileSync(join(REPOSITORY, 'SPEC.md'), 'utf8').matchAll(/^- \*\*(\S+)\*\* (.*)$/gm)].map(
  ([, id = '', sentence = '']) => ({ id, sentence }),
);
const told = new Set(rules.map(({ id }) => id));
const calls = readTestCalls();
const titles = calls.flatMap((file) => file.titles);
const shown = new Set(titles.flatMap((title) => title.rules));

describe('the specification', () => {
  test('[DC1] every rule has a test', () => {
    expect([...told].filter((id) => !shown.has(id))).toEqual([]);
    expect(told.size).toBeGreaterThan(100);
  });

  test('[DC2] every test names a rule', () => {
    expect(
      titles.filter((title) => title.rules.length === 0).map(({ file, title }) => `${file}: ${title}`),
    ).toEqual([]);
  });

  test('[DC2] every rule that a test names is told', () => {
    const unknown = titles.flatMap(({ file, rules: named }) =>
      named.filter((id) => !told.has(id)).map((id) => `${id} in ${file}`),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('[DC3] no rule is told twice', () => {
    expect(rules.map(({ id }) => id).filter((id, index, all) => all.indexOf(id) !== index)).toEqual([]);
  });

  test('[DC3] every rule is a sentence', () => {
    const sloppy = rules.filter(
      ({ id, sentence }) => !/^[A-Z]{2}\d+$/.test(id) || !/^\S.*\.$/.test(sentence),
    );
    expect(sloppy).toEqual([]);
  });

  test('[DC4] no test is skipped, singled out or left to do', () => {
    expect(calls.flatMap(({ muted }) => muted)).toEqual([]);
    expect(titles.length).toBeGreaterThan(100);
  });
});
