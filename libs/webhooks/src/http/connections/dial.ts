import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HttpErrorCode } from '../transport.js';

/** How far a request has come. What failed, and so what the error says, depends on it. */
export type RequestPhase = 'waiting' | 'dns' | 'connect' | 'tls' | 'proxy' | 'tunnel' | 'answer';

/** What stops a dial that is under way. */
export interface PendingDial {
  destroy(): unknown;
}

/** Opens one connection for an undici client: calls back once, never throws, answers what can stop it. */
export type Dial = (
  target: buildConnector.Options,
  progress: (phase: RequestPhase) => void,
  done: (error: DialError | null, socket: Socket | null) => void,
) => PendingDial;

/** A connection that did not come about. `detail` may name addresses: it is for the operator's log alone. */
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

/** What Node says of a failed connection, sorted by how far it had come. Messages hold no address. */
export function dialError(error: Error & { code?: string }, phase: RequestPhase): DialError {
  if (error instanceof DialError) return error;
  const code = error.code ?? error.name;
  switch (phase) {
    case 'proxy':
      return new DialError('proxy', `The proxy could not be reached (${code}).`, error.message);
    case 'tunnel':
      return new DialError('proxy', `The proxy broke off (${code}).`, error.message);
    case 'dns':
      return new DialError('dns', `The host name did not resolve (${code}).`, error.message);
    case 'tls':
      return new DialError('tls', `The TLS handshake failed (${code}).`, error.message);
    default:
      return new DialError('connect', `The connection could not be made (${code}).`, error.message);
  }
}
