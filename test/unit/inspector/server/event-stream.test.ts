import { describe, expect, test } from '@jest/globals';
import {
  createMessageReader,
  END_MESSAGE,
  HEARTBEAT,
  lineMessage,
} from '../../../../inspector/server/event-stream.ts';

describe('the event stream', () => {
  const text = [
    lineMessage('{"a":1}'),
    HEARTBEAT,
    lineMessage('{"b":"ä"}'),
    END_MESSAGE,
    lineMessage('late'),
  ].join('');

  test('[IS32] is read as it was written, wherever it is cut', () => {
    for (let at = 0; at <= text.length; at += 1) {
      const reader = createMessageReader(100);
      const parts = [reader.read(text.slice(0, at)), reader.read(text.slice(at))];
      expect(parts.flatMap(({ lines }) => lines)).toEqual(['{"a":1}', '{"b":"ä"}']);
      expect(parts.at(-1)?.ended).toBe(true);
    }
  });

  test('[IS31] with a line that does not end is given up', () => {
    const reader = createMessageReader(100);
    reader.read('x'.repeat(100));
    expect(() => reader.read('x')).toThrow('too long');
  });

  test.each(['\n', '\r', '\r\n', '\n\n', '\r\r'])('[IS35] lets no line end (%j) into a message', (end) => {
    expect(lineMessage(`a${end}event: end${end}b`)).toBe('data: a event: end b\n\n');
  });
});
