import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { ConnectionError, type Dial, type RequestPhase, toConnectionError } from './dial.js';
import type { EgressGuard } from '../policy/egress-guard.js';
import { type CertificateAuthorities, connectorOptions } from './guarded-dial.js';
import { openTunnel } from './tunnel.js';
import { DESTINATION_NOT_ALLOWED } from '../policy/url-policy.js';

/**
 * Connects through a forward proxy (CONNECT), such as smokescreen or Envoy. The proxy resolves the host names, so it must
 * block private addresses. Only address literals are checked here.
 * @param proxy `http://` or `https://` URL of the proxy, with a percent-encoded user and password if it needs them
 * @throws TypeError if `proxy` is anything else
 */
export function proxyDial(proxy: string, guard: EgressGuard, ca?: CertificateAuthorities): Dial {
  const { proxyTarget, authorization } = readProxy(proxy);
  const toProxy = buildConnector(connectorOptions(ca)) as unknown as (
    target: buildConnector.Options,
    callback: buildConnector.Callback,
  ) => Socket;
  const throughTunnel = buildConnector(connectorOptions(ca));

  return (target, setPhase, done) => {
    const { hostname, protocol } = target;
    if (isIP(hostname) !== 0 && !guard.allowsAddress(hostname)) {
      const refused = new ConnectionError(
        'blocked',
        DESTINATION_NOT_ALLOWED,
        `address ${hostname} is not public`,
      );
      queueMicrotask(() => done(refused, null));
      return { destroy: () => undefined };
    }
    let phase: RequestPhase;
    const enter = (next: RequestPhase): void => setPhase((phase = next));
    enter('proxy');

    const socket = toProxy(proxyTarget, (error, opened) => {
      if (error) return done(toConnectionError(error, phase), null);
      enter('tunnel');
      openTunnel(opened, authorityOf(target), authorization, (refusal) => {
        if (refusal) return done(refusal, null);
        if (protocol !== 'https:') return done(null, opened);
        enter('tls');
        throughTunnel({ ...target, httpSocket: opened }, (tlsError, secured) => {
          if (tlsError) done(toConnectionError(tlsError, 'tls'), null);
          else done(null, secured);
        });
      });
    });
    return socket;
  };
}

function authorityOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
  return `${host}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function readProxy(proxy: string): { proxyTarget: buildConnector.Options; authorization: string | null } {
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  const user = url && userOf(url);
  if (!user || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new TypeError(
      'proxy must be the URL of an HTTP proxy, such as http://proxy.internal:4750. Percent-encode its user and password.',
    );
  }
  const { host, hostname, protocol, port } = url;
  return {
    proxyTarget: { host, hostname: hostname.replace(/^\[|\]$/g, ''), protocol, port },
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
