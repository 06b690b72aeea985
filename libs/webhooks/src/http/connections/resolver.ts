import { lookup as systemLookup, Resolver as DnsResolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import type { EgressGuard } from '../policy/egress-guard.js';

/** Resolves a name to all its addresses; throws what `node:dns` throws. The guard filters what it answers. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>;

const MAX_LOOKUPS = 64;
/** A look-up that takes longer gives its turn to the next one: the names of one slow server must not stop all others. */
const SLOW_MS = 250;
/** So many may be slow at once: more than there are requests that hang in a worker of 64 slots. */
const MAX_SLOW = 1_000;
const MAX_REMEMBERED = 1000;
const MAX_PROVEN = 10_000;
const MAX_ADDRESSES = 8;
const POSITIVE_MS = 10_000;
/** A definite "no such name" is cheap to ask again; a name server that hangs is not. */
const NEGATIVE_MS = 5_000;
const HANGING_MS = 30_000;
/** No look-up keeps its turn for longer, whatever answers it. */
const LOOKUP_MS = 5_000;
/** How long an A answer waits for AAAA: many name servers never answer the latter. */
const SECOND_FAMILY_MS = 100;

interface Remembered {
  addresses: readonly LookupAddress[] | null;
  error: unknown;
  until: number;
}

/**
 * Resolves host names off the thread pool, so that a slow name server of a customer cannot stall the host's own file and
 * crypto work: at most 64 look-ups at once and 1,000 slow ones beside them, one per name, names that resolved before ahead of
 * new ones; failures remembered for 5 s (30 s where the server did not answer), answers for at most 10 s. `allowedHosts` go through the system's resolver, and so know `/etc/hosts`.
 */
export class Resolver {
  private readonly remembered = new Map<string, Remembered>();
  private readonly running = new Map<string, Promise<readonly LookupAddress[]>>();
  /** Names that have resolved, the latest last: whoever makes up a new name each time is never among them. */
  private readonly proven = new Set<string>();
  private readonly ahead: (() => void)[] = [];
  private readonly queue: (() => void)[] = [];
  private quick = 0;
  private slow = 0;

  constructor(
    private readonly guard: EgressGuard,
    private readonly lookup: Lookup = dnsLookup(),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** All addresses of a name, not yet filtered; at most 8. Rejects with the resolver's own error. */
  resolve(hostname: string): Promise<readonly LookupAddress[]> {
    const known = this.remembered.get(hostname);
    if (known && known.until > this.now()) {
      return known.addresses ? Promise.resolve(known.addresses) : Promise.reject(known.error);
    }
    let running = this.running.get(hostname);
    if (!running) {
      running = this.ask(hostname).finally(() => this.running.delete(hostname));
      this.running.set(hostname, running);
    }
    return running;
  }

  private async ask(hostname: string): Promise<readonly LookupAddress[]> {
    const leave = await this.enter(this.proven.has(hostname) ? this.ahead : this.queue);
    try {
      const lookup = this.guard.trustsHost(hostname) ? hostLookup : this.lookup;
      const answer = await Promise.race([lookup(hostname), after(LOOKUP_MS)]);
      if (!answer) throw Object.assign(new Error(`No answer for ${hostname}`), { code: 'ETIMEOUT' });
      const addresses = answer.slice(0, MAX_ADDRESSES);
      this.remember(hostname, { addresses, error: null, until: this.now() + POSITIVE_MS });
      this.prove(hostname);
      return addresses;
    } catch (error) {
      const wait = isHanging(error) ? HANGING_MS : NEGATIVE_MS;
      this.remember(hostname, { addresses: null, error, until: this.now() + wait });
      throw error;
    } finally {
      leave();
    }
  }

  /** Waits for a turn. Answers what ends it. */
  private async enter(queue: (() => void)[]): Promise<() => void> {
    while (this.quick >= MAX_LOOKUPS) await new Promise<void>((go) => queue.push(go));
    this.quick++;
    let isSlow = false;
    const timer = setTimeout(() => {
      if (this.slow >= MAX_SLOW) return;
      isSlow = true;
      this.slow++;
      this.next();
    }, SLOW_MS).unref();
    return () => {
      clearTimeout(timer);
      if (isSlow) this.slow--;
      else this.next();
    };
  }

  private next(): void {
    this.quick--;
    (this.ahead.shift() ?? this.queue.shift())?.();
  }

  private prove(hostname: string): void {
    this.proven.delete(hostname);
    if (this.proven.size >= MAX_PROVEN) {
      const [oldest] = this.proven;
      this.proven.delete(oldest!);
    }
    this.proven.add(hostname);
  }

  private remember(hostname: string, answer: Remembered): void {
    this.remembered.delete(hostname);
    if (this.remembered.size >= MAX_REMEMBERED) {
      const [oldest] = this.remembered.keys();
      this.remembered.delete(oldest!);
    }
    this.remembered.set(hostname, answer);
  }
}

const hostLookup: Lookup = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

/** A and AAAA over DNS alone: no `/etc/hosts`, no search domains. IPv4 first. */
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
      const second = await Promise.race([v6, after(SECOND_FAMILY_MS)]);
      return Array.isArray(second) ? [...v4, ...second] : v4;
    }
    const only = await v6;
    if (Array.isArray(only)) return only;
    throw isHanging(only.error) || Array.isArray(v4) ? only.error : v4.error;
  };
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, null).unref();
  });
}

function isHanging(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ETIMEOUT';
}
