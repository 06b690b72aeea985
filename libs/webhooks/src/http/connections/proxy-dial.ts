import type { EventEmitter } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import { type Dial, DialError, type RequestPhase, toDialError } from './dial.js';
import type { EgressGuard } from '../policy/egress-guard.js';
import { type CertificateAuthorities, connectorOptions } from './guarded-dial.js';
import { DESTINATION_NOT_ALLOWED } from '../policy/url-policy.js';

/**
 * Connects through a forward proxy (CONNECT), such as smokescreen or Envoy. The proxy resolves the host names, so it must
 * block private addresses. Only address literals are checked here.
 * @param proxy `http://` or `https://` URL of the proxy, with a percent-encoded user and password if it needs them
 * @throws TypeError if `proxy` is anything else
 */
export function proxyDial(proxy: string, guard: EgressGuard, ca?: CertificateAuthorities): Dial {
  const { url, authorization } = readProxy(proxy);
  const toProxy = buildConnector(connectorOptions(ca));
  const throughTunnel = buildConnector(connectorOptions(ca));

  return (target, setPhase, done) => {
    const { hostname, port, protocol } = target;
    if (isIP(hostname) !== 0 && !guard.allowsAddress(hostname)) {
      const refused = new DialError('blocked', DESTINATION_NOT_ALLOWED, `address ${hostname} is not public`);
      queueMicrotask(() => done(refused, null));
      return { destroy: () => undefined };
    }
    let phase: RequestPhase;
    const enter = (next: RequestPhase): void => setPhase((phase = next));
    enter('proxy');

    const client = new Client(url, {
      headersTimeout: 0,
      connect: (proxyTarget, callback) =>
        toProxy(proxyTarget, (...result) => {
          if (result[1]) enter('tunnel');
          callback(...(result[0] ? ([toDialError(result[0], phase), null] as [Error, null]) : result));
        }),
    });
    (client as EventEmitter).on('error', () => undefined);

    const authority = `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
    const headers = { host: authority, ...(authorization ? { 'proxy-authorization': authorization } : {}) };
    let socket: Socket | null = null;
    client.connect({ path: authority, headers }, (error, response) => {
      if (error) return done(toDialError(error, phase), null);
      socket = response.socket as Socket;
      socket.on('error', () => undefined);
      if (response.statusCode !== 200) {
        socket.destroy();
        return done(tunnelRefusal(response.statusCode, response.headers), null);
      }
      if (protocol !== 'https:') return done(null, socket);
      enter('tls');
      throughTunnel({ ...target, httpSocket: socket }, (tlsError, opened) => {
        if (tlsError) done(toDialError(tlsError, 'tls'), null);
        else done(null, opened);
      });
    });
    return {
      destroy: () => {
        socket?.destroy();
        client.destroy(null, () => undefined);
      },
    };
  };
}

/** A refusal by the proxy's policy, or a receiver that is down, is not a fault of the proxy. */
function tunnelRefusal(status: number, headers: Record<string, string | string[] | undefined>): DialError {
  if (status === 403 || headers['x-smokescreen-error']) {
    return new DialError('blocked', DESTINATION_NOT_ALLOWED, `the proxy returned ${status}`);
  }
  if (status === 502 || status === 503 || status === 504) {
    return new DialError('connect', `The connection failed (the proxy returned ${status}).`);
  }
  return new DialError('proxy', `The proxy refused the tunnel (${status}).`);
}

function readProxy(proxy: string): { url: string; authorization: string | null } {
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  const user = url && userOf(url);
  if (!user || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new TypeError(
      'proxy must be the URL of an HTTP proxy, such as http://proxy.internal:4750. Percent-encode its user and password.',
    );
  }
  return {
    url: url.origin,
    authorization: user === ':' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/** Returns `user:password`, or `null` if they are not percent-encoded, for example because of a bare `%`. */
function userOf({ username, password }: URL): string | null {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
}
