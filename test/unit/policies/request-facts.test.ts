import { describe, expect, test } from '@jest/globals';
import { readRequestFacts } from '../../../policies/request.ts';
import { requestFacts } from '../../doubles/policy-facts.ts';

const signal = (aborted: boolean): AbortSignal =>
  aborted ? AbortSignal.abort() : new AbortController().signal;
const user = (content: unknown): object => ({ role: 'user', content });

describe('readRequestFacts', () => {
  test('[RQ1] reads a plain request', () => {
    expect(readRequestFacts({ prompt: 'Hello' })).toEqual(requestFacts());
  });

  test('[RQ1] reads a request with every option', () => {
    const request = {
      messages: [{ role: 'system', content: 'Be brief.' }, user('Hi'), { role: 'assistant', content: '' }],
      maxTokens: 7,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      seed: 1,
      stop: ['\n', 'END'],
      signal: signal(false),
      deadlineMs: 1000,
      wait: false,
    };
    expect(readRequestFacts(request)).toEqual(
      requestFacts({
        promptKind: 'messages',
        promptChars: 11,
        messageCount: 3,
        maxTokens: 7,
        deadlineMs: 1000,
      }),
    );
  });

  test('[RQ1] counts an option that is undefined as absent', () => {
    const keys = [
      'messages',
      'maxTokens',
      'temperature',
      'topP',
      'topK',
      'minP',
      'seed',
      'stop',
      'signal',
      'deadlineMs',
      'wait',
    ];
    const request = { prompt: 'Hello', ...Object.fromEntries(keys.map((key) => [key, undefined])) };
    expect(readRequestFacts(request)).toEqual(requestFacts());
  });

  test('[RQ1] counts a prompt in UTF-16 units', () => {
    expect(readRequestFacts({ prompt: '🦙' }).promptChars).toBe(2);
  });

  test('[RQ2] holds nothing of the prompt, and survives JSON unchanged', () => {
    const facts = readRequestFacts({ messages: [user('a secret')], maxTokens: Number.NEGATIVE_INFINITY });
    expect(JSON.stringify(facts)).not.toContain('secret');
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  });

  test.each([
    ['null', null],
    ['a string', 'Hello'],
    ['a list', [{ prompt: 'Hello' }]],
    ['a function', () => ({ prompt: 'Hello' })],
    [
      'an instance of a class',
      new (class Request {
        prompt = 'Hello';
      })(),
    ],
    ['a map', new Map([['prompt', 'Hello']])],
    ['an inherited prompt', Object.create({ prompt: 'Hello' })],
    ['a wait that is no boolean', { prompt: 'Hello', wait: 1 }],
  ])('[RQ3] finds malformed: %s', (_what, request) => {
    expect(readRequestFacts(request).fault).toBe('request_malformed');
  });

  test.each([
    ['a misspelt option', { prompt: 'Hello', max_tokens: 5 }],
    ['an unknown option that is undefined', { prompt: 'Hello', model: undefined }],
    ['a symbol', { prompt: 'Hello', [Symbol('x')]: 1 }],
    ['an own __proto__', JSON.parse('{ "prompt": "Hello", "__proto__": {} }')],
    ['a key that is not enumerable', Object.defineProperty({ prompt: 'Hello' }, 'tools', { value: 1 })],
  ])('[RQ4] does not know %s', (_what, request) => {
    expect(readRequestFacts(request).fault).toBe('request_option_unknown');
  });

  test.each([
    ['missing', 'no prompt', {}],
    ['ambiguous', 'a prompt and messages', { prompt: 'Hello', messages: [user('Hi')] }],
    ['malformed', 'a number', { prompt: 7 }],
    ['malformed', 'null', { prompt: null }],
    ['malformed', 'a String object', { prompt: Object('Hello') }],
    ['malformed', 'messages that are no list', { messages: user('Hi') }],
    ['malformed', 'no message', { messages: [] }],
    ['malformed', 'a hole among the messages', { messages: new Array(1) }],
    ['malformed', 'a message as text', { messages: ['Hi'] }],
    ['malformed', 'an unknown role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['malformed', 'a content of parts', { messages: [user([{ type: 'text', text: 'Hi' }])] }],
    ['malformed', 'a message without a content', { messages: [{ role: 'user' }] }],
    ['malformed', 'a message with more than that', { messages: [{ ...user('Hi'), images: [] }] }],
    ['malformed', '10,001 messages', { messages: new Array(10_001).fill(user('Hi')) }],
    ['messages', '10,000 messages', { messages: new Array(10_000).fill(user('Hi')) }],
  ] as const)('[RQ5] the prompt is %s: %s', (promptKind, _what, request) => {
    expect(readRequestFacts(request).promptKind).toBe(promptKind);
  });

  test.each([
    ['temperature', [0, 5], [-0.1, 5.01, Number.NaN, Number.POSITIVE_INFINITY, '1', null]],
    ['topP', [Number.MIN_VALUE, 1], [0, 1.01, Number.NaN, '1', null]],
    ['topK', [0, 1_000_000], [-1, 1.5, 1_000_001, '1', null]],
    ['minP', [0, 1], [-0.1, 1.1, Number.NaN, null]],
    ['seed', [0, 2 ** 32 - 1], [-1, 2 ** 32, 0.5, 1n, null]],
  ] as const)('[RQ6] %s takes %j and refuses %p', (option, good, bad) => {
    const faultOf = (value: unknown) => readRequestFacts({ prompt: 'Hello', [option]: value }).fault;
    expect(good.map(faultOf)).toEqual(good.map(() => null));
    expect(bad.map(faultOf)).toEqual(bad.map(() => 'sampling_invalid'));
  });

  test.each([
    ['a text', 'END', null],
    ['16 texts of 256 characters', new Array(16).fill('x'.repeat(256)), null],
    ['an empty text', '', 'stop_text_invalid'],
    ['no text', [], 'stop_text_invalid'],
    ['17 texts', new Array(17).fill('x'), 'stop_text_invalid'],
    ['a text of 257 characters', ['x'.repeat(257)], 'stop_text_invalid'],
    ['an empty text among others', ['x', ''], 'stop_text_invalid'],
    ['a pattern', /END/, 'stop_text_invalid'],
    ['null', null, 'stop_text_invalid'],
  ])('[RQ7] stop as %s', (_what, stop, fault) => {
    expect(readRequestFacts({ prompt: 'Hello', stop }).fault).toBe(fault);
  });

  test.each([['7'], [null], [Number.NaN], [Number.POSITIVE_INFINITY], [7n]])(
    '[RQ8] maxTokens is no number as %p',
    (maxTokens) => {
      expect(readRequestFacts({ prompt: 'Hello', maxTokens })).toEqual(
        requestFacts({ fault: 'max_tokens_invalid' }),
      );
    },
  );

  test.each([0, -1, 0.5, 2 ** 31, '5', null])('[RQ9] deadlineMs is no deadline as %p', (deadlineMs) => {
    expect(readRequestFacts({ prompt: 'Hello', deadlineMs }).fault).toBe('deadline_invalid');
  });

  test.each([
    ['a live one', signal(false), null, false],
    ['an aborted one', signal(true), null, true],
    ['null', null, 'signal_invalid', false],
    ['a flag', true, 'signal_invalid', false],
    ['an object that cannot be listened to', { aborted: false }, 'signal_invalid', false],
    ['one that cannot be left', { aborted: false, addEventListener() {} }, 'signal_invalid', false],
    [
      'one that is aborted by a word',
      { aborted: 'no', addEventListener() {}, removeEventListener() {} },
      'signal_invalid',
      false,
    ],
    ['a controller', new AbortController(), 'signal_invalid', false],
  ] as const)('[RQ10] a signal that is %s', (_what, value, fault, signalAborted) => {
    expect(readRequestFacts({ prompt: 'Hello', signal: value })).toEqual(
      requestFacts({ fault, signalAborted }),
    );
  });
});
