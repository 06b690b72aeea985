import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HttpErrorCode } from '../transport.js';

/** How far a request has come. It decides what a failure is called. */
export type RequestPhase = 'waiting' | 'dns' | 'connect' | 'tls' | 'proxy' | 'tunnel' | 'response';

/** Stops a dial that is in progress. */
export interface PendingDial {
  destroy(): unknown;
}

/** Opens one connection for an undici client. Calls `done` exactly once and never throws. Returns what can stop it. */
export type Dial = (
  target: buildConnector.Options,
  setPhase: (phase: RequestPhase) => void,
  done: (error: DialError | null, socket: Socket | null) => void,
) => PendingDial;

/** A connection could not be opened. `detail` may contain addresses: it is for the operator's log only. */
export class DialError extends Error {
  override readonly name = 'DialError';
  constructor(
    readonly code: HttpErrorCode,
    message: string,
    readonly detail: string | null = null,
  ) {
    super(message);
  }
}

/** Classifies an error of Node's by the phase it happened in. The message contains no address. */
export function toDialError(error: Error & { code?: string }, phase: RequestPhase): DialError {
  if (error instanceof DialError) return error;
  const code = error.code ?? error.name;
  switch (phase) {
    case 'proxy':
      return new DialError('proxy', `The proxy could not be reached (${code}).`, error.message);
    case 'tunnel':
      return new DialError('proxy', `The proxy closed the connection (${code}).`, error.message);
    case 'dns':
      return new DialError('dns', `The host name did not resolve (${code}).`, error.message);
    case 'tls':
      return new DialError('tls', `The TLS handshake failed (${code}).`, error.message);
    default:
      return new DialError('connect', `The connection failed (${code}).`, error.message);
  }
}
