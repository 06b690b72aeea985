import { type ConnectionLimits, ConnectionPool } from '../connections/connection-pool.js';
import { type CertificateAuthorities, guardedDial } from '../connections/guarded-dial.js';
import { proxyDial } from '../connections/proxy-dial.js';
import { type Lookup, Resolver } from '../connections/resolver.js';
import { EgressGuard } from '../policy/egress-guard.js';
import { type CheckedUrl, UrlPolicy, UrlRefusedError, type UrlRules } from '../policy/url-policy.js';
import {
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  type TransportStats,
} from '../transport.js';
import { Exchange, type ExchangeOwner } from './exchange.js';

/** Options that both transports share. */
export interface GuardedHttpOptions extends UrlRules, ConnectionLimits {
  /** Resolves host names in place of DNS, for networks with their own resolver. The guard filters the addresses. */
  lookup?: Lookup;
  /**
   * `http://` or `https://` URL of a forward proxy that all requests go through (CONNECT). The proxy resolves the host names,
   * so it must block private addresses itself. Default: none. Environment variables are never read.
   */
  proxy?: string;
  /** PEM of the certificate authorities to trust, in place of Node's own list. */
  ca?: CertificateAuthorities;
}

/** Precision of deadlines (ms). One timer for all requests costs less than a timer for each. */
const TICK_MS = 20;
const MAX_CHECKED_URLS = 1_000;

/** Sends with undici directly, which uses less CPU per request than axios. */
export class UndiciTransport implements HttpTransport, ExchangeOwner {
  readonly connections: ConnectionPool;
  private readonly policy: UrlPolicy;
  private readonly checkedUrls = new Map<string, CheckedUrl>();
  private readonly running = new Set<Exchange>();
  private tick: NodeJS.Timeout | null = null;
  private isClosed = false;
  private requests = 0;
  private reuses = 0;

  /** Throws a `TypeError` that names the wrong option. */
  constructor(options: GuardedHttpOptions = {}) {
    const guard = new EgressGuard(options);
    this.policy = new UrlPolicy(options, guard);
    const dial = options.proxy
      ? proxyDial(options.proxy, guard, options.ca)
      : guardedDial(guard, new Resolver(guard, options.lookup), options.ca);
    this.connections = new ConnectionPool(dial, options);
  }

  send(request: HttpRequest): Promise<HttpResponse> {
    try {
      const exchange = this.open(request);
      exchange.start(request.headers);
      return exchange.promise;
    } catch (error) {
      return Promise.reject(toHttpError(error));
    }
  }

  /**
   * Creates an exchange, but does not send the request yet. The deadline runs from now on. Throws if the URL is refused or
   * the transport is closed.
   */
  open(request: HttpRequest): Exchange {
    if (this.isClosed) throw new HttpError('aborted', 'The sender is shutting down.');
    const exchange = new Exchange(this.checkUrl(request.url), request, this);
    this.requests++;
    this.running.add(exchange);
    this.tick ??= setTimeout(this.onTick, TICK_MS);
    return exchange;
  }

  stats(): TransportStats {
    const { openCount, originCount } = this.connections;
    return { requests: this.requests, reused: this.reuses, connections: openCount, pools: originCount };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const exchange of this.running) exchange.fail('aborted', 'The sender is shutting down.');
    await this.connections.close();
  }

  onSettled(exchange: Exchange): void {
    this.running.delete(exchange);
  }

  onReuse(): void {
    this.reuses++;
  }

  private checkUrl(url: string): CheckedUrl {
    let checked = this.checkedUrls.get(url);
    if (!checked) {
      checked = this.policy.check(url);
      if (this.checkedUrls.size >= MAX_CHECKED_URLS) this.checkedUrls.clear();
      this.checkedUrls.set(url, checked);
    }
    return checked;
  }

  private readonly onTick = (): void => {
    // If the process was blocked, responses that arrived meanwhile are read before their deadlines are checked.
    setImmediate(this.checkRunning);
  };

  private readonly checkRunning = (): void => {
    const now = performance.now();
    for (const exchange of this.running) exchange.checkLimits(now);
    if (this.running.size > 0) this.tick!.refresh();
    else this.tick = null;
  };
}

/** Returns an {@link HttpError} for any error. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof UrlRefusedError) return new HttpError('blocked', error.message, 0, error.reason);
  return new HttpError('internal', `The request could not be created (${(error as Error).name}).`);
}
