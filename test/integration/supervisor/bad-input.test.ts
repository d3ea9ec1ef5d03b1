import { describe, expect, test } from '@jest/globals';
import type { Reason, SupervisorRequest } from '../../../index.ts';
import { JUNK, throwingGetters, throwingProxy } from '../../doubles/junk.ts';
import { EMPTY_BOOKS, settled, stageSupervisor } from '../../doubles/supervisor-stage.ts';

const chat = (message: unknown) => ({ messages: [message] });

/** Made anew for each test: name, request, reason. */
const REFUSALS: readonly (readonly [string, () => unknown, Reason])[] = [
  ['null', () => null, 'request_malformed'],
  ['undefined', () => undefined, 'request_malformed'],
  ['a number', () => 7, 'request_malformed'],
  ['a string', () => 'What is draining?', 'request_malformed'],
  ['an array', () => [{ prompt: 'hello' }], 'request_malformed'],
  ['a function', () => () => 'hello', 'request_malformed'],
  ['a proxy that throws', () => throwingProxy(), 'request_malformed'],
  ['getters that throw', () => throwingGetters({ prompt: 'hello' }), 'request_malformed'],
  ['nothing in it', () => ({}), 'prompt_missing'],
  ['an empty prompt', () => ({ prompt: '' }), 'prompt_empty'],
  ['a numeric prompt', () => ({ prompt: 7 }), 'prompt_malformed'],
  ['a null prompt', () => ({ prompt: null }), 'prompt_malformed'],
  ['a boxed prompt', () => ({ prompt: Object('hello') }), 'prompt_malformed'],
  ['no messages', () => ({ messages: [] }), 'prompt_malformed'],
  ['an unknown role', () => chat({ role: 'tool', content: 'a' }), 'prompt_malformed'],
  ['a message without content', () => chat({ role: 'user' }), 'prompt_malformed'],
  ['a message with more', () => chat({ role: 'user', content: 'a', name: 'b' }), 'prompt_malformed'],
  ['an empty message', () => chat({ role: 'user', content: '' }), 'prompt_empty'],
  ['both', () => ({ prompt: 'a', ...chat({ role: 'user', content: 'a' }) }), 'prompt_ambiguous'],
  ['a prompt too large', () => ({ prompt: 'a'.repeat(2001) }), 'prompt_too_large'],
  ['an unknown option', () => ({ prompt: 'a', maxToken: 5 }), 'request_option_unknown'],
  ['an option by symbol', () => ({ prompt: 'a', [Symbol('b')]: 1 }), 'request_option_unknown'],
  ['maxTokens 0', () => ({ prompt: 'a', maxTokens: 0 }), 'max_tokens_invalid'],
  ['maxTokens -5', () => ({ prompt: 'a', maxTokens: -5 }), 'max_tokens_invalid'],
  ['maxTokens NaN', () => ({ prompt: 'a', maxTokens: Number.NaN }), 'max_tokens_invalid'],
  ['maxTokens 1e300', () => ({ prompt: 'a', maxTokens: 1e300 }), 'max_tokens_invalid'],
  ['maxTokens 1.5', () => ({ prompt: 'a', maxTokens: 1.5 }), 'max_tokens_invalid'],
  ['maxTokens "10"', () => ({ prompt: 'a', maxTokens: '10' }), 'max_tokens_invalid'],
  ['maxTokens above its limit', () => ({ prompt: 'a', maxTokens: 1001 }), 'max_tokens_invalid'],
  ['temperature -1', () => ({ prompt: 'a', temperature: -1 }), 'sampling_invalid'],
  ['temperature NaN', () => ({ prompt: 'a', temperature: Number.NaN }), 'sampling_invalid'],
  ['topP 0', () => ({ prompt: 'a', topP: 0 }), 'sampling_invalid'],
  ['topK 1.5', () => ({ prompt: 'a', topK: 1.5 }), 'sampling_invalid'],
  ['minP 2', () => ({ prompt: 'a', minP: 2 }), 'sampling_invalid'],
  ['seed -1', () => ({ prompt: 'a', seed: -1 }), 'sampling_invalid'],
  ['an empty stop text', () => ({ prompt: 'a', stop: '' }), 'stop_text_invalid'],
  ['17 stop texts', () => ({ prompt: 'a', stop: Array(17).fill('b') }), 'stop_text_invalid'],
  ['a numeric stop text', () => ({ prompt: 'a', stop: [5] }), 'stop_text_invalid'],
  ['deadlineMs 0', () => ({ prompt: 'a', deadlineMs: 0 }), 'deadline_invalid'],
  ['deadlineMs Infinity', () => ({ prompt: 'a', deadlineMs: Number.POSITIVE_INFINITY }), 'deadline_invalid'],
  ['a signal that is none', () => ({ prompt: 'a', signal: {} }), 'signal_invalid'],
  ['a null signal', () => ({ prompt: 'a', signal: null }), 'signal_invalid'],
  ['wait "no"', () => ({ prompt: 'a', wait: 'no' }), 'request_malformed'],
];

const staged = async () => {
  const stage = stageSupervisor({
    limits: { promptCharsMax: 2000, outputTokensMax: 1000, outputTokensDefault: 100 },
  });
  await stage.ready();
  return stage;
};

describe('a request that makes no sense', () => {
  test.each(REFUSALS)('[SV68] %s is refused, and the next one works', async (_, make, reason) => {
    const { supervisor, settle, books, controls } = await staged();
    const admission = supervisor.submit(make() as SupervisorRequest);
    expect(admission).toMatchObject({ disposition: 'refused', place: 0, verdict: { ok: false, reason } });
    expect(await admission.result).toMatchObject({ outcome: 'denied', reason });
    expect(controls.calls).not.toContain('generate');
    const next = supervisor.submit({ prompt: 'next' });
    await settle();
    expect((await next.result).text).toBe('Echo of next');
    expect(books()).toEqual(EMPTY_BOOKS);
  });

  test.each(JUNK)('[SV69] $name as a request never throws and never runs', async ({ make }) => {
    const { supervisor, controls, books } = await staged();
    const admission = supervisor.submit(make() as SupervisorRequest);
    expect(admission.disposition).toBe('refused');
    expect((await admission.result).outcome).toBe('denied');
    expect(controls.calls).not.toContain('generate');
    expect(books()).toEqual(EMPTY_BOOKS);
    const { error } = await settled(supervisor.generate(make() as SupervisorRequest).next());
    expect(error).toMatchObject({ code: 'request_refused' });
  });

  test('[SV70] whose getters answer differently the second time is judged and run by one answer', async () => {
    const { supervisor, settle, books } = await staged();
    let reads = 0;
    const message = { role: 'user' };
    Object.defineProperty(message, 'content', {
      enumerable: true,
      get: () => {
        reads += 1;
        if (reads > 1) throw new Error('read twice');
        return 'once';
      },
    });
    const { result } = supervisor.submit({ messages: [message as never] });
    await settle();
    expect(await result).toMatchObject({ outcome: 'completed', text: 'Echo of once' });
    expect(books()).toEqual(EMPTY_BOOKS);
  });

  test('[SV71] whose signal cannot be listened to is cancelled, and nothing is thrown', async () => {
    const { supervisor, settle, books } = await staged();
    const refuse = () => {
      throw new Error('no listeners here');
    };
    const signal = { aborted: false, addEventListener: refuse, removeEventListener: refuse };
    const { result } = supervisor.submit({ prompt: 'a', signal: signal as never });
    await settle();
    expect((await result).outcome).toBe('cancelled');
    expect(books()).toEqual(EMPTY_BOOKS);
  });
});
