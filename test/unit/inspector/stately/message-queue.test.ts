import { describe, expect, test } from '@jest/globals';
import { createMessageQueue, type WaitingMessage } from '../../../../inspector/stately/message-queue.ts';

type Kind = WaitingMessage['kind'];

/** A queue whose viewer takes nothing before `open` is called. */
function stageQueue(messagesMax = 4) {
  const sent: string[] = [];
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let givenUp = 0;
  const queue = createMessageQueue({
    messagesMax,
    send: async (message) => {
      await opened;
      sent.push(message);
    },
    onGivenUp: () => {
      givenUp += 1;
    },
  });
  return {
    queue,
    push: (kind: Kind, text: string | null) => queue.push({ kind, write: () => text }),
    sentAtLast: async () => {
      open();
      await queue.drained();
      return sent;
    },
    givenUp: () => givenUp,
  };
}

describe('a queue that is full', () => {
  test('[SY14] drops its oldest snapshot', async () => {
    const { queue, push, sentAtLast } = stageQueue();
    for (const text of ['s1', 'e1', 's2', 'a1', 's3']) push(kindOf(text), text);
    expect(queue.lost()).toBe(1);
    expect(await sentAtLast()).toEqual(['e1', 's2', 'a1', 's3']);
  });

  test('[SY14] drops its oldest event where no snapshot waits', async () => {
    const { queue, push, sentAtLast } = stageQueue();
    for (const text of ['a1', 'e1', 'e2', 'a2', 'a3']) push(kindOf(text), text);
    expect(queue.lost()).toBe(1);
    expect(await sentAtLast()).toEqual(['a1', 'e2', 'a2', 'a3']);
  });

  test('[SY14] keeps the newest message, whatever it is', async () => {
    const { push, sentAtLast } = stageQueue();
    for (const text of ['e1', 'a1', 'e2', 'a2', 's1']) push(kindOf(text), text);
    expect(await sentAtLast()).toEqual(['a1', 'e2', 'a2', 's1']);
  });

  test('[SY15] of actors alone lets all of it go, and says so once', async () => {
    const { queue, push, sentAtLast, givenUp } = stageQueue();
    for (const text of ['a1', 'a2', 'a3', 'a4', 'a5']) push('actor', text);
    expect(queue.lost()).toBe(5);
    expect(givenUp()).toBe(1);
    expect(await sentAtLast()).toEqual([]);
  });
});

const kindOf = (text: string): Kind =>
  text.startsWith('s') ? 'snapshot' : text.startsWith('e') ? 'event' : 'actor';

describe('a queue', () => {
  test('[SY12] writes nothing in the turn in which it was heard', async () => {
    const { queue, sentAtLast } = stageQueue();
    let written = 0;
    queue.push({
      kind: 'event',
      write: () => {
        written += 1;
        return 'e1';
      },
    });
    await Promise.resolve();
    expect(written).toBe(0);
    expect(await sentAtLast()).toEqual(['e1']);
  });

  test('[SY12] counts what cannot be written, and goes on behind it', async () => {
    const { queue, push, sentAtLast } = stageQueue();
    push('event', 'e1');
    queue.push({
      kind: 'snapshot',
      write: () => {
        throw new Error('a snapshot without a form');
      },
    });
    push('event', 'e2');
    expect(await sentAtLast()).toEqual(['e1', 'e2']);
    expect(queue.lost()).toBe(1);
  });

  test('[SY12] gives the event loop its turn between two messages of many', async () => {
    const { queue, push, sentAtLast } = stageQueue(200);
    const order: string[] = [];
    for (let i = 0; i < 100; i += 1) push('event', `e${i}`);
    queue.push({
      kind: 'event',
      write: () => {
        order.push('last message');
        return null;
      },
    });
    const sent = sentAtLast();
    setImmediate(() => setImmediate(() => order.push('another turn')));
    expect(await sent).toHaveLength(100);
    expect(order).toEqual(['another turn', 'last message']);
  });

  test('[SY17] sends nothing for what is not to be told', async () => {
    const { queue, push, sentAtLast } = stageQueue();
    push('event', null);
    expect(await sentAtLast()).toEqual([]);
    expect(queue.lost()).toBe(0);
  });
});
