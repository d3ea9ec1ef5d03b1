import { describe, expect, test } from '@jest/globals';
import { evaluateRequestFacts, readRequest } from '../../../policies/request.ts';
import { LIMITS, requestFacts } from '../../doubles/policy-facts.ts';

const limits = { ...LIMITS, promptCharsMax: 10, outputTokensMax: 20 };

describe('evaluateRequestFacts', () => {
  test.each([
    ['RQ11', 'a text within its limits', {}, 'request_valid'],
    ['RQ11', 'messages within their limits', { promptKind: 'messages', messageCount: 1 }, 'request_valid'],
    ['RQ12', 'a fault', { fault: 'stop_text_invalid' }, 'stop_text_invalid'],
    ['RQ13', 'no prompt', { promptKind: 'missing' }, 'prompt_missing'],
    ['RQ13', 'a malformed prompt', { promptKind: 'malformed' }, 'prompt_malformed'],
    ['RQ13', 'two prompts', { promptKind: 'ambiguous' }, 'prompt_ambiguous'],
    ['RQ14', 'an empty text', { promptChars: 0 }, 'prompt_empty'],
    [
      'RQ14',
      'messages that say nothing',
      { promptKind: 'messages', promptChars: 0, messageCount: 2 },
      'prompt_empty',
    ],
    ['RQ15', 'the longest prompt', { promptChars: 10 }, 'request_valid'],
    ['RQ15', 'one character more', { promptChars: 11 }, 'prompt_too_large'],
    ['RQ16', 'one token', { maxTokens: 1 }, 'request_valid'],
    ['RQ16', 'the most tokens', { maxTokens: 20 }, 'request_valid'],
    ['RQ16', 'one token more', { maxTokens: 21 }, 'max_tokens_invalid'],
    ['RQ16', 'no token', { maxTokens: 0 }, 'max_tokens_invalid'],
    ['RQ16', 'fewer than none', { maxTokens: -5 }, 'max_tokens_invalid'],
    ['RQ16', 'half a token', { maxTokens: 1.5 }, 'max_tokens_invalid'],
    ['RQ16', 'endless tokens', { maxTokens: Number.POSITIVE_INFINITY }, 'max_tokens_invalid'],
    ['RQ17', 'a deadline', { deadlineMs: 1 }, 'request_valid'],
    ['RQ17', 'a deadline beyond what a timer waits', { deadlineMs: 2 ** 31 }, 'deadline_invalid'],
    ['RQ18', 'an aborted signal', { signalAborted: true }, 'signal_aborted'],
    [
      'RQ19',
      'a fault and no prompt',
      { fault: 'sampling_invalid', promptKind: 'missing' },
      'sampling_invalid',
    ],
    ['RQ19', 'too large and too many tokens', { promptChars: 11, maxTokens: 0 }, 'prompt_too_large'],
    ['RQ19', 'too many tokens and aborted', { maxTokens: 0, signalAborted: true }, 'max_tokens_invalid'],
    ['RQ19', 'a bad deadline and aborted', { deadlineMs: 0, signalAborted: true }, 'deadline_invalid'],
  ] as const)('[%s] %s', (_rule, _what, changes, reason) => {
    const verdict = evaluateRequestFacts(requestFacts(changes), limits);
    expect(verdict).toEqual({ ok: reason === 'request_valid', reason });
  });

  test.each([
    ['no facts', null],
    ['no such kind of prompt', { ...requestFacts(), promptKind: 'image' }],
    ['a negative length', { ...requestFacts(), promptChars: -1 }],
    ['a length as text', { ...requestFacts(), promptChars: '5' }],
    ['half a message', { ...requestFacts(), messageCount: 0.5 }],
    ['tokens as text', { ...requestFacts(), maxTokens: '5' }],
    ['an absent deadline', { ...requestFacts(), deadlineMs: undefined }],
    ['aborted by a word', { ...requestFacts(), signalAborted: 'no' }],
    ['a fault that is none', { ...requestFacts(), fault: 'admitted' }],
    ['a fault that no request can have', { ...requestFacts(), fault: 'queue_full' }],
    ['an inherited name as fault', { ...requestFacts(), fault: 'toString' }],
    ['inherited facts', Object.create(requestFacts())],
  ])('[RQ20] finds the facts malformed: %s', (_what, facts) => {
    expect(evaluateRequestFacts(facts, limits)).toEqual({ ok: false, reason: 'request_malformed' });
  });

  test.each([
    ['no limits', null],
    ['no longest prompt', { outputTokensMax: 5 }],
    ['a longest prompt as text', { ...limits, promptCharsMax: '10' }],
    ['a limit beyond its range', { ...limits, outputTokensMax: 2 ** 40 }],
  ])('[RQ21] refuses with %s', (_what, bounds) => {
    expect(evaluateRequestFacts(requestFacts(), bounds)).toEqual({ ok: false, reason: 'limits_malformed' });
  });
});

describe('readRequest', () => {
  test('[RQ22] keeps a copy: what the caller changes afterwards changes nothing', () => {
    const message = { role: 'user', content: 'Hi' };
    const request = { messages: [message], stop: ['END'], maxTokens: 5 };
    const { content } = readRequest(request);
    message.content = 'Something else';
    request.messages.push(message);
    request.stop[0] = 'X';
    expect(content).toEqual({
      input: { messages: [{ role: 'user', content: 'Hi' }] },
      stop: ['END'],
      maxTokens: 5,
    });
  });

  test('[RQ22] asks every option once', () => {
    const asked: string[] = [];
    const request = new Proxy(
      { prompt: 'Hello', temperature: 1, stop: 'END', maxTokens: 5, wait: true },
      { get: (target, key) => asked.push(String(key)) && Reflect.get(target, key) },
    );
    expect(readRequest(request).facts.fault).toBeNull();
    expect([...asked].sort()).toEqual(['maxTokens', 'prompt', 'stop', 'temperature', 'wait']);
  });

  test('[RQ23] gives one stop text as a list and leaves out what is absent', () => {
    expect(readRequest({ prompt: 'Hello', stop: 'END', seed: undefined }).content).toEqual({
      input: { prompt: 'Hello' },
      stop: ['END'],
    });
  });

  test('[RQ23] hands on the very signal', () => {
    const { signal } = new AbortController();
    expect(readRequest({ prompt: 'Hello', signal }).content?.signal).toBe(signal);
  });

  test.each([
    ['a fault', { prompt: 'Hello', topP: 7 }],
    ['no prompt', { maxTokens: 5 }],
    ['two prompts', { prompt: 'Hello', messages: [{ role: 'user', content: 'Hi' }] }],
    ['a malformed prompt', { prompt: 7 }],
    ['no request', null],
  ])('[RQ24] has no content with %s', (_what, request) => {
    expect(readRequest(request).content).toBeNull();
  });
});
