import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup, Resolver as DnsResolver } from 'node:dns/promises';
import type { EgressGuard } from '../policy/egress-guard.js';

/** Resolves a host name to all its addresses, or throws an error as `node:dns` does. The guard filters the addresses. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

const MAX_LOOKUPS = 64;
/** A lookup that takes longer gives its slot to the next lookup: one slow server's names must not stop all other names. */
const SLOW_AFTER_MS = 250;
/** Maximum number of slow lookups at a time: more than the number of requests that can hang in a worker with 64 slots. */
const MAX_SLOW_LOOKUPS = 1_000;
const MAX_CACHED = 1_000;
const MAX_RESOLVED_NAMES = 10_000;
const MAX_ADDRESSES = 8;
const CACHE_MS = 10_000;
/** For all failures except timeouts: an answer such as "no such name" costs little to ask for again. */
const CACHE_NOT_FOUND_MS = 5_000;
const CACHE_TIMEOUT_MS = 30_000;
const LOOKUP_TIMEOUT_MS = 5_000;
/** How long an A record waits for the AAAA record: many name servers never respond to the question for AAAA. */
const SECOND_FAMILY_WAIT_MS = 100;

interface CachedResult {
  addresses: readonly LookupAddress[] | null;
  error: unknown;
  expiresAt: number;
}

/**
 * Resolves host names with limits: at most 64 lookups at a time, besides up to 1,000 slow lookups, and only one lookup per
 * name. Names that resolved before come first. Addresses are cached for 10 s. Failures are cached for 5 s, or for 30 s if
 * the name server did not respond.
 *
 * Why not undici's DNS interceptor: by default, it uses `dns.lookup`, which runs on libuv's small thread pool together with
 * the host's file and crypto work. It also limits neither concurrent lookups nor repeated lookups of a failing name. So the
 * slow name servers of one tenant would delay everybody. Only `allowedHosts` use the system's resolver, which knows
 * `/etc/hosts` and search domains.
 */
export class Resolver {
  private readonly cache = new Map<string, CachedResult>();
  private readonly running = new Map<string, Promise<readonly LookupAddress[]>>();
  /** Names that have resolved; the most recent is at the end. A name that an attacker has just invented is not among them. */
  private readonly resolvedNames = new Set<string>();
  private readonly priorityQueue: (() => void)[] = [];
  private readonly queue: (() => void)[] = [];
  private slotsInUse = 0;
  private slowLookups = 0;

  constructor(
    private readonly guard: EgressGuard,
    private readonly lookup: Lookup = dnsLookup(),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns up to 8 addresses, which the caller has to filter. Rejects with the resolver's own error. */
  resolve(hostname: string): Promise<readonly LookupAddress[]> {
    const cached = this.cache.get(hostname);
    if (cached && cached.expiresAt > this.now()) {
      return cached.addresses ? Promise.resolve(cached.addresses) : Promise.reject(cached.error);
    }
    let running = this.running.get(hostname);
    if (!running) {
      running = this.lookUp(hostname).finally(() => this.running.delete(hostname));
      this.running.set(hostname, running);
    }
    return running;
  }

  private async lookUp(hostname: string): Promise<readonly LookupAddress[]> {
    const queue = this.resolvedNames.has(hostname) ? this.priorityQueue : this.queue;
    const releaseSlot = await this.acquireSlot(queue);
    try {
      const lookup = this.guard.trustsHost(hostname) ? hostLookup : this.lookup;
      const found = await Promise.race([lookup(hostname), after(LOOKUP_TIMEOUT_MS)]);
      if (!found) throw Object.assign(new Error(`No response for ${hostname}`), { code: 'ETIMEOUT' });
      const addresses = found.slice(0, MAX_ADDRESSES);
      this.addToCache(hostname, { addresses, error: null, expiresAt: this.now() + CACHE_MS });
      this.addResolvedName(hostname);
      return addresses;
    } catch (error) {
      const cacheMs = isTimeout(error) ? CACHE_TIMEOUT_MS : CACHE_NOT_FOUND_MS;
      this.addToCache(hostname, { addresses: null, error, expiresAt: this.now() + cacheMs });
      throw error;
    } finally {
      releaseSlot();
    }
  }

  /** Waits for a free slot. Returns a function that releases it. */
  private async acquireSlot(queue: (() => void)[]): Promise<() => void> {
    while (this.slotsInUse >= MAX_LOOKUPS) await new Promise<void>((wake) => queue.push(wake));
    this.slotsInUse++;
    let isSlow = false;
    const timer = setTimeout(() => {
      if (this.slowLookups >= MAX_SLOW_LOOKUPS) return;
      isSlow = true;
      this.slowLookups++;
      this.freeSlot();
    }, SLOW_AFTER_MS).unref();
    return () => {
      clearTimeout(timer);
      if (isSlow) this.slowLookups--;
      else this.freeSlot();
    };
  }

  private freeSlot(): void {
    this.slotsInUse--;
    (this.priorityQueue.shift() ?? this.queue.shift())?.();
  }

  private addResolvedName(hostname: string): void {
    this.resolvedNames.delete(hostname);
    if (this.resolvedNames.size >= MAX_RESOLVED_NAMES) {
      const [oldest] = this.resolvedNames;
      this.resolvedNames.delete(oldest!);
    }
    this.resolvedNames.add(hostname);
  }

  private addToCache(hostname: string, result: CachedResult): void {
    this.cache.delete(hostname);
    if (this.cache.size >= MAX_CACHED) {
      const [oldest] = this.cache.keys();
      this.cache.delete(oldest!);
    }
    this.cache.set(hostname, result);
  }
}

const hostLookup: Lookup = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

/** Looks up A and AAAA records over DNS only, without `/etc/hosts` and search domains. IPv4 comes first. */
export function dnsLookup(dns: DnsResolver = new DnsResolver({ timeout: 2_000, tries: 2 })): Lookup {
  return async (hostname) => {
    const v6 = dns.resolve6(hostname).then(
      (addresses) => addresses.map((address) => ({ address, family: 6 })),
      (error: unknown) => ({ error }),
    );
    const v4 = await dns.resolve4(hostname).then(
      (addresses) => addresses.map((address) => ({ address, family: 4 })),
      (error: unknown) => ({ error }),
    );
    if (Array.isArray(v4) && v4.length > 0) {
      const second = await Promise.race([v6, after(SECOND_FAMILY_WAIT_MS)]);
      return Array.isArray(second) ? [...v4, ...second] : v4;
    }
    const onlyV6 = await v6;
    if (Array.isArray(onlyV6)) return onlyV6;
    throw isTimeout(onlyV6.error) || Array.isArray(v4) ? onlyV6.error : v4.error;
  };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, null).unref();
  });
}

function isTimeout(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ETIMEOUT';
}
