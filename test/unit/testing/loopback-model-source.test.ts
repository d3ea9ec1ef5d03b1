import { describe, expect, test } from '@jest/globals';
import { createLoopbackModelSource } from '../../../testing/index.ts';
import { createModelBytes } from '../../doubles/model-bytes.ts';

const ask = (
  source: ReturnType<typeof createLoopbackModelSource>,
  pin: ReturnType<typeof source.pin>,
  signal: AbortSignal = new AbortController().signal,
) => source.download({ ...pin, signal });

describe('the loopback model source', () => {
  test('[TK14] pins what it keeps: the pin fits until the file is changed, and again when it is pinned anew', async () => {
    const source = createLoopbackModelSource();
    const pin = source.pin('a.gguf');
    expect(pin.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await ask(source, pin)).ok).toBe(true);
    source.corrupt('a.gguf');
    expect((await ask(source, pin)).ok).toBe(false);
    source.corrupt('a.gguf');
    expect((await ask(source, pin)).ok).toBe(true);
    source.remove('a.gguf');
    source.pin('a.gguf');
    expect((await ask(source, pin)).ok).toBe(true);
    expect(source.requested).toEqual(['a.gguf', 'a.gguf', 'a.gguf', 'a.gguf']);
  });

  test('[TK14] keeps bytes of its own: the caller may change theirs', async () => {
    const source = createLoopbackModelSource();
    const bytes = createModelBytes(1000);
    const pin = source.pin('b.gguf', bytes);
    bytes.fill(0);
    expect((await ask(source, pin)).ok).toBe(true);
  });

  test('[TK15] holds a download until it is released', async () => {
    const source = createLoopbackModelSource();
    const pin = source.pin('a.gguf');
    source.hold();
    let ended = false;
    const asked = ask(source, pin).finally(() => {
      ended = true;
    });
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    expect(ended).toBe(false);
    source.release();
    expect((await asked).ok).toBe(true);
  });

  test('[TK15] a held download obeys its abort', async () => {
    const source = createLoopbackModelSource();
    const pin = source.pin('a.gguf');
    source.hold();
    const controller = new AbortController();
    const asked = ask(source, pin, controller.signal);
    controller.abort();
    expect(await asked).toEqual({ ok: false, reason: 'start_superseded' });
  });

  test('[TK16] throws on a change of a file that it does not keep, which is a mistake of the test', () => {
    const source = createLoopbackModelSource();
    expect(() => source.corrupt('no.gguf')).toThrow('pin it first');
    expect(() => source.truncate('no.gguf', 1)).toThrow(RangeError);
    expect(() => source.remove('no.gguf')).not.toThrow();
  });
});
