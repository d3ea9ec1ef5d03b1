import type { NetConnectOpts } from 'node:net';
import { afterEach } from '@jest/globals';
import type { InspectorOptions } from '../../inspector/server/inspector-options.ts';
import {
  type Inspector,
  type InspectorParts,
  startInspector,
} from '../../inspector/server/start-inspector.ts';
import type { LineSink, TraceFeed, TraceSource } from '../../inspector/server/trace-feed.ts';
import { createTraceEncoder, type TraceRecord } from '../../machines/trace-line.ts';
import { openRaw, type RawConnection } from './raw-http.ts';

/** Inspectors and connections of a test, ended behind it. */
export function stageInspector() {
  const inspectors: Inspector[] = [];
  const connections: RawConnection[] = [];
  afterEach(async () => {
    for (const { socket } of connections.splice(0)) socket.destroy();
    await Promise.all(inspectors.splice(0).map((inspector) => inspector.close()));
  });

  const keep = (inspector: Inspector) => {
    inspectors.push(inspector);
    return inspector;
  };
  const connect = (inspector: Inspector, text: string, options?: { readonly reads: boolean }) => {
    const connection = openRaw(addressOf(inspector), text, options);
    connections.push(connection);
    return connection;
  };
  return {
    keep,
    start: async (source: TraceSource | TraceFeed, options?: InspectorOptions, parts?: InspectorParts) =>
      keep(await startInspector(source, options, parts)),
    connect,
    /** A viewer that follows the trace. */
    view: (inspector: Inspector, options?: { readonly reads: boolean }) =>
      connect(inspector, traceRequest(inspector), options),
  };
}

export function addressOf({ url, socketPath }: Inspector): NetConnectOpts {
  return socketPath === null
    ? { host: '127.0.0.1', port: Number(new URL(url ?? '').port) }
    : { path: socketPath };
}

export const hostOf = ({ url }: Inspector) => (url === null ? 'localhost' : new URL(url).host);

export const traceRequest = (inspector: Inspector, method = 'GET') =>
  `${method} /trace HTTP/1.1\r\nHost: ${hostOf(inspector)}\r\nAuthorization: Bearer ${inspector.token}\r\n\r\n`;

/** The lines of a trace in what a viewer received, with the frames of the transfer taken off. */
export function linesIn(received: string): string[] {
  return messagesIn(received)
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => line.slice('data: '.length));
}

/** The event stream in what a viewer received, as far as it is whole. */
export function messagesIn(received: string): string {
  let rest = received.slice(received.indexOf('\r\n\r\n') + 4);
  let text = '';
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest);
    const chars = Number.parseInt(size?.[1] ?? '0', 16);
    if (size === null || chars === 0) return text;
    text += rest.slice(size[0].length, size[0].length + chars);
    rest = rest.slice(size[0].length + chars + 2);
  }
}

/** A trace that a test writes, as a recorder would: each sink with a chain of its own. */
export function createScriptedSource({ withRing = true } = {}) {
  const header = { kind: 'header', format: 1 } as unknown as TraceRecord;
  const frame = (i: number) =>
    ({ kind: 'frame', i, state: {}, context: {}, after: '' }) as unknown as TraceRecord;
  const step = (i: number, pad: string) => ({ i, e: { type: `event${pad}` }, d: {} }) as TraceRecord;
  const ring = createTraceEncoder();
  const lines = [ring.encode(header), ring.encode(frame(1))];
  const sinks = new Map<LineSink, ReturnType<typeof createTraceEncoder>>();
  let next = 1;
  let attached = 0;
  const source: TraceSource = {
    trace: () => (withRing ? `${lines.join('\n')}\n` : ''),
    traceTo: (sink) => {
      attached += 1;
      const encoder = createTraceEncoder();
      sinks.set(sink, encoder);
      sink.write(encoder.encode(header));
      sink.write(encoder.encode(frame(next)));
      return () => sinks.delete(sink);
    },
  };
  return {
    source,
    /** Takes one step, `padChars` characters longer than need be. */
    step: (padChars = 0) => {
      const record = step(next, '.'.repeat(padChars));
      if (withRing) lines.push(ring.encode(record));
      for (const [sink, encoder] of [...sinks]) sink.write(encoder.encode(record));
      next += 1;
    },
    end: () => {
      for (const [sink, encoder] of [...sinks]) sink.write(encoder.encode({ kind: 'end', steps: next - 1 }));
    },
    listeners: () => sinks.size,
    attached: () => attached,
    steps: () => next - 1,
  };
}

/** Ordinals of the steps among lines. */
export const stepsIn = (lines: readonly string[]) =>
  lines
    .map((line) => JSON.parse(line) as { readonly i?: number; readonly kind?: string })
    .filter(({ kind }) => kind === undefined)
    .map(({ i }) => i);
