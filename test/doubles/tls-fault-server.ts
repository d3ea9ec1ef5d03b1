import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureVersion, TLSSocket } from 'node:tls';
import { createAuthority, type ServerCertificate } from './certificates.ts';
import { createConnection, type SourceConnection } from './tls-connection.ts';
import { readRequests, type SourceRequest } from './tls-requests.ts';
import { type ServeOptions, serveFiles } from './tls-serving.ts';

/**
 * Answers one request. It has the connection for itself until it resolves; then the next request is read, where the
 * connection still stands.
 */
export type Behaviour = (request: SourceRequest, connection: SourceConnection) => void | Promise<void>;

export interface TlsSourceOptions extends ServeOptions {
  /** Bytes by path, such as `/models/a.gguf`. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Default: one for `localhost`, `127.0.0.1` and `::1`, of an authority made for this source. */
  readonly certificate?: ServerCertificate;
  /** Newest TLS that it speaks; default as Node does. */
  readonly maxVersion?: SecureVersion;
  /** Default: serves the files as a good server does, ranges and ETags included. */
  readonly behaviour?: Behaviour;
}

/** A TLS server on 127.0.0.1 that does as it is told. */
export interface TlsSource {
  readonly port: number;
  /** What an allowlist names: `localhost:PORT`. */
  readonly host: string;
  /** PEM of what a client must trust. */
  readonly ca: string;
  /** Every request so far, in order. */
  readonly requests: readonly SourceRequest[];
  /** Connections that were accepted so far, whatever became of them. */
  readonly connectionsCount: number;
  /** `https://localhost:PORT/path`. */
  url(path: string): string;
  /** Resolves once no connection is open any more. */
  idle(): Promise<void>;
  /** Cuts every connection and listens no longer. Idempotent. */
  close(): Promise<void>;
}

export async function startTlsSource(options: TlsSourceOptions): Promise<TlsSource> {
  const certificate = options.certificate ?? (await (await createAuthority()).issue());
  const secureContext = createSecureContext({
    key: certificate.key,
    cert: certificate.cert,
    ...(options.maxVersion === undefined ? {} : { minVersion: 'TLSv1', maxVersion: options.maxVersion }),
  });
  const behave = options.behaviour ?? serveFiles(options);
  const requests: SourceRequest[] = [];
  const open = new Set<Socket>();
  let connectionsCount = 0;
  let onIdle: (() => void)[] = [];

  // Else a small body waits for the head before it to be acknowledged.
  const server = createServer({ noDelay: true }, (raw) => {
    connectionsCount += 1;
    open.add(raw);
    raw.on('error', ignore).once('close', () => {
      open.delete(raw);
      if (open.size > 0) return;
      for (const resolve of onIdle) resolve();
      onIdle = [];
    });
    const secure = new TLSSocket(raw, { isServer: true, secureContext });
    // What goes wrong with a connection is the client's to notice.
    secure.on('error', ignore);
    converse(secure, createConnection(secure, raw)).catch(() => raw.destroy());
  });

  async function converse(secure: TLSSocket, connection: SourceConnection): Promise<void> {
    for await (const head of readRequests(secure)) {
      const request = { ...head, file: options.files[head.path] ?? null };
      requests.push(request);
      await behave(request, connection);
    }
    connection.end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `localhost:${port}`;
  let closing: Promise<void> | null = null;

  return {
    port,
    host,
    ca: certificate.ca,
    requests,
    get connectionsCount() {
      return connectionsCount;
    },
    url: (path) => `https://${host}${path}`,
    idle: () =>
      new Promise((resolve) => {
        if (open.size === 0) resolve();
        else onIdle.push(resolve);
      }),
    close: () => {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const raw of open) raw.destroy();
      });
      return closing;
    },
  };
}

function ignore(): void {
  // On purpose.
}
