import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { callbackify } from 'node:util';
import type { LookupFunction, Socket } from 'node:net';
import { buildConnector } from 'undici';
import { DialError, dialError } from './dial.js';
import type { Dial, RequestPhase } from './dial.js';
import type { EgressGuard } from '../policy/egress-guard.js';
import type { Resolver } from './resolver.js';
import { DESTINATION_NOT_ALLOWED } from '../policy/url-policy.js';

/** Certificates of authorities to trust beside Node's own, as PEM. */
export type CertificateAuthorities = string | Buffer | (string | Buffer)[];

const SMALL_READS = { highWaterMark: 16_384 };

/** Settings that every connection shares: HTTP/1.1 only, no TLS session shared between identities, small reads. */
export function connectorOptions(ca: CertificateAuthorities | undefined): buildConnector.BuildOptions {
  return {
    allowH2: false,
    maxCachedSessions: 0,
    rejectUnauthorized: true, // also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise
    timeout: 0, // each dial belongs to one request, whose deadline ends it
    ...SMALL_READS,
    ...(ca ? { ca } : {}),
  };
}

/**
 * Dials the customer's server itself. Three checks: an address literal before (Node calls no look-up for those), the
 * answers of the look-up in between (the refused ones are dropped, so that address fall-back never sees them), the
 * peer's address after, before the first byte of TLS.
 */
export function guardedDial(guard: EgressGuard, resolver: Resolver, ca?: CertificateAuthorities): Dial {
  const connect = connector(ca, guardedLookup(guard, resolver));
  return (target, progress, done) => {
    const { hostname } = target;
    const isLiteral = isIP(hostname) !== 0;
    if (target.socketPath || (isLiteral && !guard.allowsAddress(hostname))) {
      const refused = blocked(target.socketPath ? 'a socket path' : `address ${hostname} is not public`);
      queueMicrotask(() => done(refused, null));
      return { destroy: () => undefined };
    }
    let phase: RequestPhase;
    const enter = (next: RequestPhase): void => progress((phase = next));
    enter(isLiteral ? 'connect' : 'dns');

    let refused: DialError | null = null;
    const socket = connect(target, (error, opened) => {
      if (error || refused) done(refused ?? dialError(error!, phase), null);
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
  const openAddresses = callbackify(async (name: string): Promise<LookupAddress[]> => {
    const addresses = await resolver.resolve(name);
    const trusted = guard.trustsHost(name);
    const open = addresses.filter(({ address }) => trusted || guard.allowsAddress(address));
    if (open.length === 0) throw blocked(`${name} resolves to ${list(addresses)}`);
    return open;
  });
  return (name, options, callback) => {
    openAddresses(name, (error, open) => {
      if (error || options.all) callback(error, open);
      else callback(null, open[0]!.address, open[0]!.family);
    });
  };
}

function peerRefusal(guard: EgressGuard, hostname: string, peer: string | undefined): DialError | null {
  if (guard.trustsHost(hostname) || (peer && guard.allowsAddress(peer))) return null;
  // A peer that has hung up already has no address any more.
  return peer
    ? blocked(`${hostname} led to ${peer}`)
    : new DialError('reset', 'The connection was closed as soon as it was open.');
}

/** undici's own connector, which keeps SNI, certificate checks and address fall-back. It answers the socket it opens. */
function connector(
  ca: CertificateAuthorities | undefined,
  lookup: LookupFunction,
): (target: buildConnector.Options, callback: buildConnector.Callback) => Socket {
  const addresses = { lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250 };
  return buildConnector({ ...connectorOptions(ca), ...addresses }) as unknown as ReturnType<typeof connector>;
}

function list(addresses: readonly LookupAddress[]): string {
  return addresses.map(({ address }) => address).join(', ') || 'no address';
}

function blocked(detail: string): DialError {
  return new DialError('blocked', DESTINATION_NOT_ALLOWED, detail);
}
