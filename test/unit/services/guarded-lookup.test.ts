import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { AddressRefusedError, guardLookup } from '../../../services/guarded-lookup.ts';

type Answer = Parameters<Parameters<LookupFunction>[2]>;

const PUBLIC: LookupAddress = { address: '8.8.8.8', family: 4 };
const PUBLIC6: LookupAddress = { address: '2606:4700::1111', family: 6 };
const PRIVATE: LookupAddress = { address: '10.0.0.1', family: 4 };

const answering =
  (...answer: Answer): LookupFunction =>
  (_name, _options, callback) =>
    callback(...answer);

const ask = (lookup: LookupFunction, all: boolean): Promise<Answer> =>
  new Promise((resolve) => {
    guardLookup(lookup)('models.example.org', { all }, (...answer) => resolve(answer));
  });

describe('the guarded lookup', () => {
  test('[FR5] gives what was found where all of it is public', async () => {
    const found = answering(null, [PUBLIC, PUBLIC6]);
    expect(await ask(found, true)).toEqual([null, [PUBLIC, PUBLIC6]]);
    expect(await ask(found, false)).toEqual([null, '8.8.8.8', 4]);
  });

  test.each([
    ['the only one', [PRIVATE]],
    ['the first', [PRIVATE, PUBLIC]],
    ['the last', [PUBLIC, PUBLIC6, PRIVATE]],
    ['none at all', []],
    ['no address', [{ address: 'localhost', family: 4 }]],
  ])('[FR4] refuses a name where %s is special', async (_what, found) => {
    for (const all of [true, false]) {
      const [error, addresses] = await ask(answering(null, found), all);
      expect(error).toBeInstanceOf(AddressRefusedError);
      expect(addresses).toEqual([]);
    }
  });

  test('[FR4] asks for every address where one is wanted', async () => {
    const asked: unknown[] = [];
    await ask((_name, { all }, callback) => {
      asked.push(all);
      callback(null, [PUBLIC]);
    }, false);
    expect(asked).toEqual([true]);
  });

  test('[FR5] takes one address from a lookup that knows no lists', async () => {
    expect(await ask(answering(null, '8.8.8.8', 4), true)).toEqual([null, [PUBLIC]]);
    expect(await ask(answering(null, '2606:4700::1111'), false)).toEqual([null, '2606:4700::1111', 6]);
    expect((await ask(answering(null, '127.0.0.1', 4), false))[0]).toBeInstanceOf(AddressRefusedError);
  });

  test('[FR5] fails as its lookup fails, and where that throws', async () => {
    const error = new Error('no such name');
    expect(await ask(answering(error, []), true)).toEqual([error, []]);
    const throwing = (): never => {
      throw error;
    };
    expect(await ask(throwing, true)).toEqual([error, []]);
  });

  test('[FR5] answers once, however often its lookup does', async () => {
    const answers: Answer[] = [];
    guardLookup((_name, _options, callback) => {
      callback(null, [PUBLIC]);
      callback(null, [PRIVATE]);
    })('models.example.org', { all: true }, (...answer) => answers.push(answer));
    expect(answers).toEqual([[null, [PUBLIC]]]);
  });
});
