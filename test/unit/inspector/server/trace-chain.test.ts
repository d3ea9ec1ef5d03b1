import { describe, expect, test } from '@jest/globals';
import { createTraceChain } from '../../../../inspector/server/trace-chain.ts';
import { createTraceEncoder, type TraceRecord } from '../../../../machines/trace-line.ts';

const step = (i: number) => ({ i, e: { type: 'a' }, d: {} }) satisfies TraceRecord;
const frame = { kind: 'frame', i: 3, state: {}, context: {}, after: '' } as unknown as TraceRecord;

describe('two recordings of the same steps', () => {
  test('[IS20] become one, with the hashes of one', () => {
    const [whole, ring, live] = [createTraceEncoder(), createTraceEncoder(), createTraceEncoder()];
    live.encode(frame);
    const chain = createTraceChain();
    const joined = [
      chain.pass(ring.encode(step(1))),
      chain.append(live.encode(step(2))),
      chain.append(live.encode(frame)),
      chain.append(live.encode(step(3))),
    ];
    expect(joined).toEqual([step(1), step(2), frame, step(3)].map((record) => whole.encode(record)));
  });

  test('[IS20] with a line that has no hash pass it as it is', () => {
    const chain = createTraceChain();
    expect([chain.pass('{}'), chain.append('{"x":1}'), chain.append('')]).toEqual(['{}', '{"x":1}', '']);
  });
});
