import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import type { DatabaseProxy } from './database-proxy.js';
import { Child } from '../support/processes/child.js';
import type { Batch, HostConfig } from './processes/host.js';
import type { Spares } from './spares.js';
import { join } from 'node:path';

export type HostSettings = Partial<Omit<HostConfig, 'databaseUrl' | 'options'>> & {
  options?: Omit<WebhooksModuleOptions, 'profiles'>;
  /** Error of the machine's clock (ms). */
  clockErrorMs?: number;
  /** IANA time zone of the process. Default: the zone of this machine. */
  timeZone?: string;
};

/** Default lease of the suite's hosts (ms): twice `TIMEOUT_MS` and a margin, as in production. */
export const LEASE_MS = 4_000;
/** Default timeout of the suite's endpoints (ms): the shortest that a registration may ask for. */
export const TIMEOUT_MS = 1_000;

const PROGRAM = join(__dirname, 'processes/host.ts');

/** A backend with the module mounted, in a process of its own, with a proxy of its own to the database. */
export class Host {
  private hasStopped = false;

  private constructor(
    /** `application_name` of its sessions. */
    readonly name: string,
    readonly process: Child,
    readonly database: DatabaseProxy,
    /** Takes the process when the host stops. */
    private readonly spares: Spares | null,
  ) {}

  static async start(
    name: string,
    database: DatabaseProxy,
    settings: HostSettings = {},
    spares: Spares | null = null,
  ): Promise<Host> {
    const { options, clockErrorMs, timeZone, ...rest } = settings;
    const env: Record<string, string> = timeZone ? { TZ: timeZone } : {};
    const preload: string[] = [];
    if (clockErrorMs !== undefined) {
      env.CLOCK_ERROR_MS = String(clockErrorMs);
      preload.push(join(__dirname, 'processes/wrong-clock.js'));
    }
    const isUsual = !timeZone && clockErrorMs === undefined;
    const start = () => new Child(PROGRAM, env, preload);
    const process = isUsual && spares ? spares.take(PROGRAM, start) : start();
    const host = new Host(name, process, database, isUsual ? spares : null);
    const config: HostConfig = {
      databaseUrl: database.url,
      role: 'all',
      leaseMs: LEASE_MS,
      clockOffset: 0,
      pool: 10,
      options: {
        delivery: { retry: { attempts: 30, delayMs: 150, factor: 1 } },
        ...options,
        worker: { idlePollMs: 100, ...options?.worker },
      },
      ...rest,
    };
    await host.process.ask('start', config);
    return host;
  }

  /** Writes rows and events in one transaction of the host. Returns the events' ids. */
  publish(tenantId: string, subjects: string[], more: Partial<Batch> = {}): Promise<string[]> {
    return this.process.ask('publish', { tenantId, subjects, ...more });
  }

  /** Publishes one event after another. Returns how long (ms) each transaction took, the shortest first. */
  load(tenantId: string, subjects: string[], pauseMs?: number): Promise<number[]> {
    return this.process.ask('load', tenantId, subjects, pauseMs);
  }

  /** Calls a method of `WebhooksService` or of one of its parts. */
  call<Result = void>(part: string | null, method: string, ...args: unknown[]): Promise<Result> {
    return this.process.ask('call', part, method, ...args);
  }

  /** Moves the database's clock forward, as this process sees it. */
  shiftClock(ms: number): Promise<void> {
    return this.process.ask('shiftClock', ms);
  }

  /** Whether its application may be running. */
  get alive(): boolean {
    return !this.hasStopped && this.process.alive;
  }

  kill(): Promise<void> {
    return this.process.kill();
  }

  /** Closes the application and ends the process, or keeps it for another host. */
  async stop(): Promise<void> {
    await this.process.ask('stop');
    this.hasStopped = true;
    if (this.spares) this.spares.give(PROGRAM, this.process);
    else await this.process.kill();
  }
}
