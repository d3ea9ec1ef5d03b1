export interface LineSplitter {
  /** Lines that this piece ends. */
  push(piece: string): string[];
  /** What stands behind the last line end; nothing where that is empty. */
  end(): string[];
}

/**
 * Cuts a text that comes in pieces into lines, whether they end in LF, CRLF or CR. Of a longer line than `charsMax`
 * only as much is kept as shows its reader that it is too long: a file without line ends does not fill the memory.
 */
export function createLineSplitter(charsMax: number): LineSplitter {
  let rest = '';
  let endsInCr = false;
  return {
    push(piece) {
      if (piece === '') return [];
      // A line feed right behind a CR belongs to the line end that was already seen.
      const text = endsInCr && piece.startsWith('\n') ? piece.slice(1) : piece;
      endsInCr = piece.endsWith('\r');
      const lines = text.split(LINE_END);
      const last = lines.pop() ?? '';
      if (lines.length > 0) {
        lines[0] = join(rest, lines[0] ?? '', charsMax);
        rest = '';
      }
      rest = join(rest, last, charsMax);
      return lines;
    },
    end() {
      const last = rest;
      rest = '';
      return last === '' ? [] : [last];
    },
  };
}

function join(start: string, more: string, charsMax: number): string {
  return start.length > charsMax ? start : start + more;
}

const LINE_END = /\r\n|\n|\r/;
