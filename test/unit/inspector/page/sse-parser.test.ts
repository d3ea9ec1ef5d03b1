import { describe, expect, test } from '@jest/globals';
import { createServerMessageParser } from '../../../../inspector/page/source/sse-parser.ts';

const LINE_CHARS_MAX = 100;

function parse(...pieces: readonly string[]) {
  const parser = createServerMessageParser(LINE_CHARS_MAX);
  return pieces.flatMap((piece) => parser.push(piece));
}

describe('messages of a server', () => {
  test('[IP1] reads a message at the empty line behind it, whatever ends its lines', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(parse(`data: {"i":1}${end}${end}`)).toEqual([{ event: 'message', data: '{"i":1}' }]);
    }
  });

  test('[IP1] reads a message that comes in pieces, cut anywhere', () => {
    const text = 'event: end\r\ndata: a\r\ndata: b\r\n\r\ndata: c\n\n';
    const whole = [
      { event: 'end', data: 'a\nb' },
      { event: 'message', data: 'c' },
    ];
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(parse(text.slice(0, cut), text.slice(cut))).toEqual(whole);
    }
    expect(parse(...text)).toEqual(whole);
  });

  test('[IP1] takes only one space off behind the colon', () => {
    expect(parse('data:  two\ndata:none\n\n')).toEqual([{ event: 'message', data: ' two\nnone' }]);
  });

  test('[IP2] passes over comments, ids, retry times and messages without data', () => {
    expect(parse(': alive\n\nid: 7\nretry: 10\nevent: x\n\ndata\n\n')).toEqual([
      { event: 'message', data: '' },
    ]);
  });

  test('[IP2] never tells a message that the stream breaks off in', () => {
    expect(parse('data: whole\n\ndata: ha', 'lf\n')).toEqual([{ event: 'message', data: 'whole' }]);
  });
});
