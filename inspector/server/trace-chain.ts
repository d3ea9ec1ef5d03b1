import { rollHash, TRACE_HASH_START } from '../../policies/trace-hash.ts';

/** Joins lines of two recordings of the same steps into one trace, whose hashes hold. */
export interface TraceChain {
  /** A line that stands in its place already. */
  readonly pass: (line: string) => string;
  /** A line of another recording, hashed anew behind those before it. */
  readonly append: (line: string) => string;
}

export function createTraceChain(): TraceChain {
  let hash = TRACE_HASH_START;
  return {
    pass: (line) => {
      hash = TAIL.exec(line)?.[1] ?? hash;
      return line;
    },
    append: (line) => {
      const tail = TAIL.exec(line);
      if (tail === null) return line;
      const body = `${line.slice(0, tail.index)}}`;
      hash = rollHash(isRecord(line, 'frame') ? TRACE_HASH_START : hash, body);
      return `${body.slice(0, -1)},"h":"${hash}"}`;
    },
  };
}

/** Whether a line is a record of this kind, told by its beginning: steps are many, and are not parsed for it. */
export function isRecord(line: string, kind: 'header' | 'frame' | 'end'): boolean {
  return line.startsWith(`{"kind":"${kind}"`);
}

const TAIL = /,"h":"([0-9a-f]{16})"\}$/;
