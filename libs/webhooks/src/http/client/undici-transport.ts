import { ConnectionPool } from '../connections/connection-pool.js';
import type { ConnectionLimits } from '../connections/connection-pool.js';
import { EgressGuard } from '../policy/egress-guard.js';
import { Exchange } from './exchange.js';
import type { ExchangeOwner } from './exchange.js';
import { guardedDial } from '../connections/guarded-dial.js';
import type { CertificateAuthorities } from '../connections/guarded-dial.js';
import { proxyDial } from '../connections/proxy-dial.js';
import { Resolver } from '../connections/resolver.js';
import type { Lookup } from '../connections/resolver.js';
import { HttpError } from '../transport.js';
import type { HttpRequest, HttpResponse, HttpTransport, TransportStats } from '../transport.js';
import { UrlPolicy, UrlRefusedError } from '../policy/url-policy.js';
import type { CheckedUrl, UrlRules } from '../policy/url-policy.js';

/** What every transport may be told. */
export interface GuardedHttpOptions extends UrlRules, ConnectionLimits {
  /** Resolves names instead of DNS, for networks with a view of their own. The guard filters its answers. */
  lookup?: Lookup;
  /**
   * `http://` or `https://` address of a forward proxy that every request goes through (CONNECT). It resolves the names, so
   * it must keep private addresses closed itself. Default: none; environment variables are never read.
   */
  proxy?: string;
  /** Certificate authorities to trust instead of Node's own list, as PEM. */
  ca?: CertificateAuthorities;
}

/** How exact a deadline is, in milliseconds: it costs one timer for all requests rather than one each. */
const TICK_MS = 20;
const MAX_TARGETS = 1_000;

/** Sends over undici directly: the least CPU per request. */
export class UndiciTransport implements HttpTransport, ExchangeOwner {
  readonly connections: ConnectionPool;
  private readonly policy: UrlPolicy;
  private readonly targets = new Map<string, CheckedUrl>();
  private readonly running = new Set<Exchange>();
  private tick: NodeJS.Timeout | null = null;
  private closed = false;
  private requests = 0;
  private reuses = 0;

  /** Throws `TypeError` naming the option that is wrong. */
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

  /** Begins an exchange, whose deadline runs from now on, without sending it. Throws where the URL is refused. */
  open(request: HttpRequest): Exchange {
    if (this.closed) throw new HttpError('aborted', 'The sender is shutting down.');
    const exchange = new Exchange(this.target(request.url), request, this);
    this.requests++;
    this.running.add(exchange);
    this.tick ??= setTimeout(this.onTick, TICK_MS);
    return exchange;
  }

  stats(): TransportStats {
    const { open, origins } = this.connections;
    return { requests: this.requests, reused: this.reuses, connections: open, pools: origins };
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const exchange of this.running) exchange.fail('aborted', 'The sender is shutting down.');
    await this.connections.close();
  }

  settled(exchange: Exchange): void {
    this.running.delete(exchange);
  }

  reused(): void {
    this.reuses++;
  }

  private target(url: string): CheckedUrl {
    let target = this.targets.get(url);
    if (!target) {
      target = this.policy.check(url);
      if (this.targets.size >= MAX_TARGETS) this.targets.clear();
      this.targets.set(url, target);
    }
    return target;
  }

  private readonly onTick = (): void => {
    // After a stall of the process, answers that have arrived meanwhile come before the deadlines they have missed.
    setImmediate(this.expire);
  };

  private readonly expire = (): void => {
    const now = performance.now();
    for (const exchange of this.running) exchange.check(now);
    if (this.running.size > 0) this.tick!.refresh();
    else this.tick = null;
  };
}

/** Whatever it was, a caller gets an {@link HttpError}. */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof UrlRefusedError) return new HttpError('blocked', error.message, 0, error.reason);
  return new HttpError('internal', `The request could not be made (${(error as Error).name}).`);
}
