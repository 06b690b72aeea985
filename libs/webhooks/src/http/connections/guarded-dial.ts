import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { callbackify } from 'node:util';
import { buildConnector } from 'undici';
import { ConnectionError, type Dial, type RequestPhase, toConnectionError } from './dial.js';
import type { EgressGuard } from '../policy/egress-guard.js';
import type { Resolver } from './resolver.js';
import { DESTINATION_NOT_ALLOWED } from '../policy/url-policy.js';

/** PEM of the certificate authorities to trust, in place of Node's own list. */
export type CertificateAuthorities = string | Buffer | (string | Buffer)[];

/** Size of a socket's read buffer (bytes). undici passes the option to `net.connect`; undici's types do not list it. */
const READ_BUFFER = { highWaterMark: 16_384 };

/** Options of every connection: only HTTP/1.1, and no reused TLS session, so that tenants never share a session. */
export function connectorOptions(ca: CertificateAuthorities | undefined): buildConnector.BuildOptions {
  return {
    allowH2: false,
    maxCachedSessions: 0,
    rejectUnauthorized: true, // overrides NODE_TLS_REJECT_UNAUTHORIZED
    timeout: 0, // each dial belongs to one request, whose deadline stops it
    ...READ_BUFFER,
    ...(ca ? { ca } : {}),
  };
}

/**
 * Connects to the receiver directly, and checks its address in three places:
 * - an address literal before the dial, because Node resolves no literals;
 * - the resolved addresses: only allowed ones are kept, so that address fallback never tries a forbidden one;
 * - the peer's address after the connect, before the first byte is sent.
 */
export function guardedDial(guard: EgressGuard, resolver: Resolver, ca?: CertificateAuthorities): Dial {
  const connect = connector(ca, guardedLookup(guard, resolver));
  return (target, setPhase, done) => {
    const { hostname } = target;
    const isLiteral = isIP(hostname) !== 0;
    if (target.socketPath || (isLiteral && !guard.allowsAddress(hostname))) {
      const refused = blocked(target.socketPath ? 'a socket path' : `address ${hostname} is not public`);
      queueMicrotask(() => done(refused, null));
      return { destroy: () => undefined };
    }
    let phase: RequestPhase;
    const enter = (next: RequestPhase): void => setPhase((phase = next));
    enter(isLiteral ? 'connect' : 'dns');

    let refused: ConnectionError | null = null;
    const socket = connect(target, (error, opened) => {
      if (error || refused) done(refused ?? toConnectionError(error!, phase), null);
      else done(null, opened);
    });
    socket.on('lookup', (error) => {
      if (!error) enter('connect');
    });
    socket.prependOnceListener('connect', () => {
      refused = peerRefusal(guard, hostname, socket.remoteAddress);
      if (refused) socket.destroy(refused);
      else if (target.protocol === 'https:') enter('tls');
    });
    return socket;
  };
}

function guardedLookup(guard: EgressGuard, resolver: Resolver): LookupFunction {
  const resolveAllowed = callbackify(async (name: string): Promise<LookupAddress[]> => {
    const addresses = await resolver.resolve(name);
    const isTrusted = guard.trustsHost(name);
    const allowed = addresses.filter(({ address }) => isTrusted || guard.allowsAddress(address));
    if (allowed.length === 0) throw blocked(`${name} resolves to ${list(addresses)}`);
    return allowed;
  });
  return (name, options, callback) => {
    resolveAllowed(name, (error, allowed) => {
      if (error || options.all) callback(error, allowed);
      else callback(null, allowed[0]!.address, allowed[0]!.family);
    });
  };
}

function peerRefusal(guard: EgressGuard, hostname: string, peer: string | undefined): ConnectionError | null {
  if (guard.trustsHost(hostname) || (peer && guard.allowsAddress(peer))) return null;
  // A peer that has already closed the connection has no address.
  return peer
    ? blocked(`${hostname} connected to ${peer}`)
    : new ConnectionError('reset', 'The receiver closed the connection immediately.');
}

/** undici's own connector: it does SNI, certificate checks and address fallback. It returns the socket that it opens. */
function connector(
  ca: CertificateAuthorities | undefined,
  lookup: LookupFunction,
): (target: buildConnector.Options, callback: buildConnector.Callback) => Socket {
  const fallback = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250 };
  return buildConnector({ ...connectorOptions(ca), lookup, ...fallback }) as unknown as ReturnType<
    typeof connector
  >;
}

function list(addresses: readonly LookupAddress[]): string {
  return addresses.map(({ address }) => address).join(', ') || 'no address';
}

function blocked(detail: string): ConnectionError {
  return new ConnectionError('blocked', DESTINATION_NOT_ALLOWED, detail);
}
