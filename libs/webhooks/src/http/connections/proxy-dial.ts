import type { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import { DialError, dialError } from './dial.js';
import type { Dial, RequestPhase } from './dial.js';
import type { EgressGuard } from '../policy/egress-guard.js';
import { connectorOptions } from './guarded-dial.js';
import type { CertificateAuthorities } from './guarded-dial.js';
import { DESTINATION_NOT_ALLOWED } from '../policy/url-policy.js';

/**
 * Sends everything through a forward proxy (CONNECT), such as smokescreen or Envoy. The proxy resolves the names and so
 * must keep private addresses closed; only address literals are checked here.
 * @param proxy `http://` or `https://` address of the proxy, with user and password if it wants them
 * @throws TypeError when that is not so
 */
export function proxyDial(proxy: string, guard: EgressGuard, ca?: CertificateAuthorities): Dial {
  const { url, authorization } = readProxy(proxy);
  const toProxy = buildConnector(connectorOptions(ca));
  const throughTunnel = buildConnector(connectorOptions(ca));

  return (target, progress, done) => {
    const { hostname, port, protocol } = target;
    if (isIP(hostname) !== 0 && !guard.allowsAddress(hostname)) {
      const refused = new DialError('blocked', DESTINATION_NOT_ALLOWED, `address ${hostname} is not public`);
      queueMicrotask(() => done(refused, null));
      return { destroy: () => undefined };
    }
    let phase: RequestPhase;
    const enter = (next: RequestPhase): void => progress((phase = next));
    enter('proxy');

    const client = new Client(url, {
      headersTimeout: 0,
      connect: (proxyTarget, callback) =>
        toProxy(proxyTarget, (...result) => {
          if (result[1]) enter('tunnel');
          callback(...(result[0] ? ([dialError(result[0], phase), null] as [Error, null]) : result));
        }),
    });
    (client as EventEmitter).on('error', () => undefined);

    const authority = `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
    const headers = { host: authority, ...(authorization ? { 'proxy-authorization': authorization } : {}) };
    let socket: Socket | null = null;
    client.connect({ path: authority, headers }, (error, answer) => {
      if (error) return done(dialError(error, phase), null);
      socket = answer.socket as Socket;
      socket.on('error', () => undefined);
      if (answer.statusCode !== 200) {
        socket.destroy();
        return done(tunnelRefusal(answer.statusCode, answer.headers), null);
      }
      if (protocol !== 'https:') return done(null, socket);
      enter('tls');
      throughTunnel({ ...target, httpSocket: socket }, (tlsError, opened) => {
        if (tlsError) done(dialError(tlsError, 'tls'), null);
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

/** Whose fault is it? A refusal by policy and a target that is down are not the proxy's. */
function tunnelRefusal(status: number, headers: Record<string, string | string[] | undefined>): DialError {
  if (status === 403 || headers['x-smokescreen-error']) {
    return new DialError('blocked', DESTINATION_NOT_ALLOWED, `the proxy answered ${status}`);
  }
  if (status === 502 || status === 503 || status === 504) {
    return new DialError('connect', `The connection could not be made (the proxy answered ${status}).`);
  }
  return new DialError('proxy', `The proxy refused the tunnel (${status}).`);
}

function readProxy(proxy: string): { url: string; authorization: string | null } {
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  const user = url && userOf(url);
  if (!user || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new TypeError(
      'proxy must be the address of an HTTP proxy, such as http://proxy.internal:4750, a user and password percent-encoded.',
    );
  }
  return {
    url: url.origin,
    authorization: user === ':' ? null : `Basic ${Buffer.from(user).toString('base64')}`,
  };
}

/** `null`: it is not percent-encoded, as with a bare `%` in a password. */
function userOf({ username, password }: URL): string | null {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return null;
  }
}
