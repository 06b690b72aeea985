import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HttpErrorCode } from '../transport.js';
import { tlsFailureOf } from './tls-failure.js';

/** How far a request has come. The phase decides the code of a failure. */
export type RequestPhase = 'waiting' | 'dns' | 'connect' | 'tls' | 'proxy' | 'tunnel' | 'response';

/** Stops a dial that is in progress. */
export interface PendingDial {
  destroy(): unknown;
}

/** Opens one connection for an undici client. Calls `done` exactly once, and never throws. The result can stop the dial. */
export type Dial = (
  target: buildConnector.Options,
  setPhase: (phase: RequestPhase) => void,
  done: (error: ConnectionError | null, socket: Socket | null) => void,
) => PendingDial;

/**
 * A connection could not be opened, or does not carry HTTP/1. `detail` may contain addresses: it is for the operator's log
 * only.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    readonly detail: string | null = null,
  ) {
    super(message);
  }
}

/** Classifies a Node error by the phase in which it happened. The message contains no address. */
export function toConnectionError(error: Error & { code?: string }, phase: RequestPhase): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const code = error.code ?? error.name;
  switch (phase) {
    case 'proxy':
      return new ConnectionError(
        'proxy',
        `The proxy could not be reached (${proxyCause(code)}).`,
        error.message,
      );
    case 'tunnel':
      return new ConnectionError('proxy', `The proxy closed the connection (${code}).`, error.message);
    case 'dns':
      return new ConnectionError('dns', `The host name did not resolve (${code}).`, error.message);
    case 'tls':
      return new ConnectionError(tlsFailureOf(code), `The TLS handshake failed (${code}).`, error.message);
    default:
      return new ConnectionError('connect', `The connection failed (${code}).`, error.message);
  }
}

function proxyCause(code: string): string {
  const kind = tlsFailureOf(code);
  return kind === 'tls' ? code : `${kind}, ${code}`;
}
