import { describe, expect, jest, test } from '@jest/globals';
import { RUNTIME_MANAGER_REASONS, SupervisorError } from '../../../index.ts';
import { read, settled, stageSupervisor, words } from '../../doubles/supervisor-stage.ts';

describe('submit', () => {
  test('[SV35] answers at once with a typed verdict, before the runtime is asked', async () => {
    const { supervisor, ready, controls } = stageSupervisor({ limits: { maxInFlight: 1, queueBound: 1 } });
    await ready();
    controls.hold();
    const answers = ['a', 'b', 'c'].map((prompt) => supervisor.submit({ prompt }));
    expect(answers.map(({ verdict, disposition, place }) => ({ verdict, disposition, place }))).toEqual([
      { verdict: { ok: true, reason: 'admitted' }, disposition: 'admitted', place: 0 },
      { verdict: { ok: false, reason: 'at_capacity' }, disposition: 'queued', place: 1 },
      { verdict: { ok: false, reason: 'queue_full' }, disposition: 'refused', place: 0 },
    ]);
    for (const { verdict } of answers) expect(RUNTIME_MANAGER_REASONS).toContain(verdict.reason);
    expect(new Set(answers.map(({ requestId }) => requestId)).size).toBe(3);
  });

  test('[SV36] tells each queued request its place', async () => {
    const { supervisor, ready, controls } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    expect([1, 2, 3].map(() => supervisor.submit({ prompt: 'b' }).place)).toEqual([1, 2, 3]);
    expect(supervisor.getSnapshot()).toMatchObject({ inFlight: 1, queueDepth: 3 });
  });

  test('[SV37] with wait: false refuses instead of queueing', async () => {
    const { supervisor, ready, controls } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    const admission = supervisor.submit({ prompt: 'b', wait: false });
    expect(admission).toMatchObject({ disposition: 'refused', verdict: { reason: 'at_capacity' } });
    expect((await admission.result).outcome).toBe('denied');
  });

  test.each([
    ['stopped', 'lifecycle_stopped'],
    ['starting', 'lifecycle_starting'],
    ['draining', 'lifecycle_draining'],
  ] as const)('[SV38] while %s is refused with %s', async (phase, reason) => {
    const { supervisor, ready, controls, state } = stageSupervisor();
    if (phase === 'starting') void settled(supervisor.start());
    if (phase === 'draining') {
      await ready();
      controls.hold();
      supervisor.submit({ prompt: 'a' });
      void supervisor.drain();
    }
    expect(state()).toBe(phase);
    const admission = supervisor.submit({ prompt: 'b' });
    expect(admission).toMatchObject({ disposition: 'refused', verdict: { ok: false, reason } });
    expect(await admission.result).toMatchObject({ outcome: 'denied', reason, text: '' });
    expect(await read(admission.tokens)).toBe('');
    admission.cancel();
  });

  test('[SV40] runs those who wait in their order', async () => {
    const { supervisor, ready, settle } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    const ended: string[] = [];
    for (const prompt of ['a', 'b', 'c', 'd']) {
      void supervisor.submit({ prompt }).result.then(({ text }) => ended.push(text));
    }
    await settle();
    expect(ended).toEqual(['Echo of a', 'Echo of b', 'Echo of c', 'Echo of d']);
  });

  test('[SV41] keeps a copy: later changes of the request change nothing', async () => {
    const { supervisor, ready, settle } = stageSupervisor();
    await ready();
    const message = { role: 'user' as const, content: 'mine' };
    const messages = [message];
    const { result } = supervisor.submit({ messages });
    message.content = 'yours';
    messages.push({ role: 'user', content: 'more' });
    await settle();
    expect((await result).text).toBe('Echo of mine');
  });
});

describe('a signal', () => {
  test('[SV42] that is aborted already refuses, and the next request works', async () => {
    const { supervisor, ready, settle } = stageSupervisor();
    await ready();
    const refused = supervisor.submit({ prompt: 'a', signal: AbortSignal.abort() });
    expect(refused.verdict).toEqual({ ok: false, reason: 'signal_aborted' });
    const next = supervisor.submit({ prompt: 'b', signal: new AbortController().signal });
    await settle();
    expect((await next.result).outcome).toBe('completed');
  });

  test('[SV43] cancels a running and a queued request', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    const running = new AbortController();
    const queued = new AbortController();
    const first = supervisor.submit({ prompt: 'a', signal: running.signal });
    const second = supervisor.submit({ prompt: 'b', signal: queued.signal });
    queued.abort();
    expect(await second.result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_caller' });
    running.abort();
    await settle();
    expect(await first.result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_caller' });
  });

  test('[SV44] is listened to once for all requests that share it, until the last of their outcomes', async () => {
    const { supervisor, ready, settle } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const admissions = ['a', 'b', 'c'].map((prompt) => supervisor.submit({ prompt, signal }));
    supervisor.submit({ prompt: '', signal });
    await settle();
    await Promise.all(admissions.map(({ result }) => result));
    await settle();
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  test('[SV45] that aborts while the submit is being decided still cancels', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor();
    await ready();
    controls.hold();
    const controller = new AbortController();
    const subscription = supervisor.actor.subscribe({
      next: ({ context }) => context.running.length > 0 && controller.abort(),
      error: () => undefined,
      complete: () => undefined,
    });
    const { result } = supervisor.submit({ prompt: 'a', signal: controller.signal });
    subscription.unsubscribe();
    expect(controller.signal.aborted).toBe(true);
    await settle();
    expect(supervisor.getSnapshot().inFlight).toBe(0);
    expect((await result).outcome).toBe('cancelled');
  });
});

describe('a signal that requests share', () => {
  test('[SV107] cancels all of them that are still open, and serves later ones', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({ limits: { maxInFlight: 2 } });
    await ready();
    const controller = new AbortController();
    const { signal } = controller;
    const ended = supervisor.submit({ prompt: 'ended', signal });
    await settle();
    expect((await ended.result).outcome).toBe('completed');
    controls.hold();
    const open = ['a', 'b', 'c'].map((prompt) => supervisor.submit({ prompt, signal }));
    const other = supervisor.submit({ prompt: 'other' });
    controller.abort();
    await settle();
    for (const { result } of open) expect((await result).reason).toBe('cancelled_by_caller');
    controls.release();
    await settle();
    expect((await other.result).outcome).toBe('completed');
    expect(supervisor.submit({ prompt: 'late', signal }).verdict.reason).toBe('signal_aborted');
  });
});

describe('generate', () => {
  test('[SV46] yields the text as it comes and returns the result', async () => {
    const { supervisor, ready, settle } = stageSupervisor({ answer: () => words(3) });
    await ready();
    const stream = supervisor.generate({ prompt: 'hello' });
    const texts: string[] = [];
    const ended = (async () => {
      for (;;) {
        const next = await stream.next();
        if (next.done) return next.value;
        texts.push(next.value);
      }
    })();
    await settle();
    expect(await ended).toMatchObject({ outcome: 'completed', text: 'w0 w1 w2', finishReason: 'stop' });
    expect(texts.join('')).toBe('w0 w1 w2');
  });

  test('[SV47] throws request_refused with the reason when not let in', async () => {
    const { supervisor } = stageSupervisor();
    const { error } = await settled(supervisor.generate({ prompt: 'hello' }).next());
    expect(SupervisorError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'request_refused', reason: 'lifecycle_stopped' });
  });

  test('[SV48] throws request_failed with the reason when it does not come to its end', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor();
    await ready();
    controls.failNext('generate', 'runtime_out_of_memory');
    const ended = settled(supervisor.generate({ prompt: 'hello' }).next());
    await settle();
    expect((await ended).error).toMatchObject({ code: 'request_failed', reason: 'runtime_out_of_memory' });
  });

  test('[SV49] that is left early cancels its request', async () => {
    const { supervisor, ready, settle, controls, books } = stageSupervisor({ answer: () => words(1000) });
    await ready();
    const left = (async () => {
      for await (const _ of supervisor.generate({ prompt: 'hello' })) break;
    })();
    await settle();
    await left;
    await settle();
    expect(controls.generating).toBe(0);
    expect(books()).toMatchObject({ inFlight: 0 });
  });
});
