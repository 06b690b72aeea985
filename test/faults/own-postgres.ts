import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runnableBinaries, serverUser } from '../../sample-app/src/postgres/binaries.js';
import { ensureRunning, stop } from '../../sample-app/src/postgres/cluster.js';
import { serverHome } from '../../sample-app/src/postgres/home.js';
import { until } from './until.js';

/** A PostgreSQL server of one test, which the test may restart and crash. Durable commits survive a crash. */
export class OwnPostgres {
  private constructor(
    private readonly cluster: Parameters<typeof ensureRunning>[0],
    /** URL of its database `postgres`. Changes with each start, because the server takes a free port. */
    public url: string,
  ) {}

  static async start(): Promise<OwnPostgres> {
    const user = serverUser();
    const home = serverHome(undefined, user, true);
    const { folder: binaries } = runnableBinaries(user, home);
    const cluster = { home, binaries, user, durable: true };
    return new OwnPostgres(cluster, await ensureRunning(cluster));
  }

  /** `fast` shuts down and ends all connections. `immediate` is a crash: the server then recovers from its log. */
  async restart(mode: 'fast' | 'immediate'): Promise<void> {
    const pid = this.pid();
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await until('PostgreSQL to end', () => !isAlive(pid));
    this.url = await ensureRunning(this.cluster);
  }

  async stop(): Promise<void> {
    const pid = this.pid();
    await stop(this.cluster);
    await until('PostgreSQL to end', () => !isAlive(pid));
    rmSync(this.cluster.home, { recursive: true, force: true });
  }

  private pid(): number {
    const file = join(this.cluster.home, 'data', 'postmaster.pid');
    return Number(readFileSync(file, 'utf8').split('\n')[0]);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
