import { describe, expect, test } from '@jest/globals';
import {
  createTraceEncoder,
  splitLine,
  TRACE_LINE_CHARS_MAX,
  type TraceFrame,
} from '../../../machines/trace-line.ts';
import { upgradeRecord } from '../../../machines/trace-upgrade.ts';
import { hashText, rollHash, TRACE_HASH_START } from '../../../policies/trace-hash.ts';

const STEP = { i: 1, e: { type: 'supervisor.start' }, d: {} };
const FRAME = { kind: 'frame', i: 1 } as unknown as TraceFrame;
const hashIn = (line: string) => /"h":"([0-9a-f]{16})"\}$/.exec(line)?.[1];

describe('the writer of lines', () => {
  test('[TR13] ends each line with the hash of all lines so far', () => {
    const encoder = createTraceEncoder();
    expect(encoder.hash()).toBe(TRACE_HASH_START);
    const [first, second] = [encoder.encode(STEP), encoder.encode(STEP)];
    const once = hashText(JSON.stringify(STEP));
    expect(first).toBe(`{"i":1,"e":{"type":"supervisor.start"},"d":{},"h":"${once}"}`);
    expect(hashIn(second)).toBe(rollHash(once, JSON.stringify(STEP)));
    expect(encoder.hash()).toBe(hashIn(second));
  });

  test('[TR7] begins anew at a frame, and at nothing else', () => {
    const encoder = createTraceEncoder();
    const gap = { kind: 'gap', lost: 1 } as const;
    const [step, told, frame] = [encoder.encode(STEP), encoder.encode(gap), encoder.encode(FRAME)];
    expect(hashIn(told)).toBe(rollHash(hashIn(step)!, JSON.stringify(gap)));
    expect(hashIn(frame)).toBe(hashText(JSON.stringify(FRAME)));
  });

  test('[TR9] takes back lines that were not written', () => {
    const encoder = createTraceEncoder();
    const first = encoder.encode(STEP);
    const before = encoder.hash();
    const lost = encoder.encode(STEP);
    encoder.rewind(before);
    expect(encoder.hash()).toBe(hashIn(first));
    expect(encoder.encode(STEP)).toBe(lost);
  });
});

describe('a line that is taken apart', () => {
  test('[RP5] is its record as it was hashed, and the hash', () => {
    const line = createTraceEncoder().encode(STEP);
    expect(splitLine(line)).toEqual({
      ok: true,
      body: JSON.stringify(STEP),
      hash: hashIn(line),
      value: STEP,
    });
  });

  const ending = ',"h":"0123456789abcdef"}';
  const longest = `{"x":"${'y'.repeat(TRACE_LINE_CHARS_MAX - 7 - ending.length)}"${ending}`;

  test.each([
    ['as long as a line may be', longest, null],
    ['one character longer', `${longest} `, 'too_long'],
    ['the beginning of a gzip file', `\u001f{"i":1${ending}`, 'compressed'],
    ['cut short', '{"i":1,"e":{', 'truncated'],
    ['without a hash', '{"i":1}', 'truncated'],
    ['with a hash of 15 digits', '{"i":1,"h":"0123456789abcde"}', 'truncated'],
    ['with a hash of 17 digits', '{"i":1,"h":"0123456789abcdef0"}', 'truncated'],
    ['with a shouted hash', '{"i":1,"h":"0123456789ABCDEF"}', 'truncated'],
    ['with more behind its hash', `{"i":1${ending} `, 'truncated'],
    ['of words', 'hello', 'not_json'],
    ['of words with a brace in them', 'a {', 'not_json'],
    ['empty', '', 'not_json'],
    ['with a hash behind what is no record', `{"i":${ending}`, 'not_json'],
  ])('[RP5] %s', (_what, line, why) => {
    const split = splitLine(line);
    expect(split.ok ? null : split.why).toBe(why);
  });
});

describe('a record of an older format', () => {
  const upgrades = { 0: (record: object) => ({ ...record, upgraded: true }) };

  test('[RP8] reads as today where an upgrade leads from there', () => {
    expect(upgradeRecord(STEP, 0, upgrades)).toEqual({ ...STEP, upgraded: true });
    expect(upgradeRecord(STEP, 1, upgrades)).toBe(STEP);
  });

  test.each([-1, 0])('[RP7] of format %d reads as nothing where none does', (format) => {
    expect(upgradeRecord(STEP, format, format === 0 ? {} : upgrades)).toBeNull();
  });
});
