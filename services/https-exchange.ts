import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Reason } from '../policies/reasons.ts';
import type { Redirect, ResponseHead, ResponseJudgement } from '../policies/response.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Deny, deny } from '../policies/verdict.ts';
import { reasonOfFailure } from './https-failure.ts';
import { createHttpsTransfer } from './https-transfer.ts';
import type { Transfer } from './model-fetcher.ts';

/** One request to one host: no redirect is followed here. */
export interface HttpsCall {
  /** Judged already, so that every parser reads the same in it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly judge: (head: Partial<ResponseHead>) => ResponseJudgement;
  readonly agent: Agent;
  /** Whether the address that was dialled must not be talked to. Called before anything is sent. */
  readonly refusesAddress: (address: string | undefined) => boolean;
}

export type Exchange = { readonly kind: 'transfer'; readonly transfer: Transfer } | Redirect | FailedExchange;

export interface FailedExchange {
  readonly kind: 'failed';
  readonly verdict: Deny;
  /** It failed on a connection that was kept from before, which the other side may just have given up. */
  readonly isStale: boolean;
}

/** Far above what a well-behaved server sends before its answer. */
const INFORMATIONAL_MAX = 16;
const HEAD_BYTES_MAX = 16 * 1024;

/**
 * Sends a request and judges the head of its response. Nothing is sent before the connection was judged: its
 * certificate must have been verified, whoever made the agent, and its address must be allowed. Never rejects;
 * whatever is refused has no connection any more.
 */
export function exchange(call: HttpsCall, signal: CancelSignal): Promise<Exchange> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(failed('start_superseded'));
      return;
    }
    let request: ClientRequest;
    try {
      request = httpsRequest(requestOptions(call));
    } catch {
      resolve(failed('source_unreachable'));
      return;
    }
    let informational = 0;

    request
      .on('socket', (socket: Socket) => whenSecure(request, socket as TLSSocket, sendOrRefuse))
      .on('information', () => {
        informational += 1;
        if (informational > INFORMATIONAL_MAX) refuse('response_malformed');
      })
      .on('response', receive)
      .on('upgrade', (response) => receive(response))
      // It stays on: what goes wrong after the answer is the transfer's to notice, and must not end the process.
      .on('error', (error) => settle(failed(reasonOfFailure(error, request.socket), request.reusedSocket)))
      .on('close', () => settle(failed('source_unreachable', request.reusedSocket)));
    signal.addEventListener('abort', supersede, { once: true });

    function sendOrRefuse(socket: TLSSocket): void {
      if (!socket.authorized) refuse('source_certificate_refused');
      else if (call.refusesAddress(socket.remoteAddress)) refuse('source_address_refused');
      else request.end();
    }

    function receive(response: IncomingMessage): void {
      const { statusCode, httpVersion, rawHeaders } = response;
      const judged = call.judge({ ...(statusCode !== undefined && { statusCode }), httpVersion, rawHeaders });
      switch (judged.kind) {
        case 'body': {
          const transfer = createHttpsTransfer(response, judged, signal, () => request.destroy());
          settle({ kind: 'transfer', transfer });
          break;
        }
        case 'redirect':
          settle(judged);
          request.destroy();
          break;
        case 'refused':
          refuse(judged.verdict.reason);
      }
    }

    function supersede(): void {
      refuse('start_superseded');
    }

    function refuse(reason: Reason): void {
      settle(failed(reason));
      request.destroy();
    }

    /** The first answer counts. */
    function settle(answer: Exchange): void {
      signal.removeEventListener('abort', supersede);
      resolve(answer);
    }
  });
}

function failed(reason: Reason, isReused = false): FailedExchange {
  return { kind: 'failed', verdict: deny(reason), isStale: isReused && reason === 'source_unreachable' };
}

/** Calls back once the connection is encrypted and its certificate was looked at. */
function whenSecure(request: ClientRequest, socket: TLSSocket, judge: (socket: TLSSocket) => void): void {
  if (request.reusedSocket || socket.authorized) judge(socket);
  else socket.once('secureConnect', () => judge(socket));
}

/** Every switch that the environment or a flag of Node could turn is set here by hand. */
function requestOptions({ url, headers, agent }: HttpsCall): RequestOptions {
  const { hostname, port, pathname, search } = new URL(url);
  return {
    method: 'GET',
    protocol: 'https:',
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: port === '' ? 443 : Number(port),
    path: `${pathname}${search}`,
    headers,
    agent,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    insecureHTTPParser: false,
    maxHeaderSize: HEAD_BYTES_MAX,
  };
}
