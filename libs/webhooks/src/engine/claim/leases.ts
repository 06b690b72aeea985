import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Session } from '../../store/postgres/connection/session.js';
import { nowMs } from '../../store/postgres/fragments/expressions.js';
import type { StoreClock } from '../../store/postgres/connection/clock.js';

/** A lease as its worker sees it. */
export interface Lease {
  id: string;
  /** Runs out then, on the process's monotonic clock, ms. */
  endsAt: number;
  /** Not used for new claims after this, on the same clock. */
  renewAt: number;
  /** Claims that are being made under it, and deliveries without a recorded outcome. */
  open: number;
  /** Something is held under it that nobody will account for, so it is left to run out. */
  isUncertain: boolean;
}

/**
 * The leases of this worker: one at a time for everything it takes, a new one every quarter of a lease, each deleted
 * when the last outcome under it is recorded. An idle worker holds none.
 */
export class Leases {
  readonly owner = `${hostname().slice(0, 80)}:${process.pid}:${randomBytes(4).toString('hex')}`;
  /** Workers that held a lease when this one last took one, itself included: they share what a lane may have in flight. */
  workers = 1;
  private current: Lease | null = null;
  private readonly held = new Map<string, Lease>();

  constructor(
    private readonly database: Session,
    private readonly clock: StoreClock,
    private readonly leaseMs: number,
  ) {}

  /** The lease to claim under now. Ends in {@link addDeliveries} or {@link markUncertain}. */
  async acquire(): Promise<Lease> {
    const lease = this.current && performance.now() < this.current.renewAt ? this.current : await this.open();
    lease.open++;
    return lease;
  }

  private async open(): Promise<Lease> {
    const startedAt = performance.now(); // before the statement: we err on the early side
    const [row] = await this.database.query<{ id: string; now: string; workers: number }>(
      `insert into ${this.database.tables.leases} (owner, expires_at, first_delivery_id)
       select $2, ${nowMs(1)} + $3::bigint, coalesce(max(id), 0) + 1 from ${this.database.tables.deliveries}
       returning id, ${nowMs(1)} as now,
                 (select count(distinct owner)::int + 1 from ${this.database.tables.leases}
                   where expires_at > ${nowMs(1)} and owner <> $2) as workers`,
      [this.database.clockOffset, this.owner, this.leaseMs],
    );
    this.clock.observe(row!.now);
    this.workers = row!.workers;
    this.current = {
      id: row!.id,
      endsAt: startedAt + this.leaseMs,
      renewAt: startedAt + this.leaseMs / 4,
      open: 0,
      isUncertain: false,
    };
    this.held.set(row!.id, this.current);
    return this.current;
  }

  /** Can an attempt of `timeoutMs` that starts now end before the lease does? */
  covers(leaseId: string, timeoutMs: number): boolean {
    const lease = this.held.get(leaseId);
    return lease !== undefined && performance.now() + timeoutMs < lease.endsAt;
  }

  /** The claim committed and took so many deliveries. */
  addDeliveries(lease: Lease, deliveries: number): void {
    lease.open += deliveries - 1;
  }

  /** The claim failed, perhaps after it was committed: what it took is recovered when the lease has run out. */
  markUncertain(lease: Lease): void {
    lease.open--;
    lease.isUncertain = true;
    if (this.current === lease) this.current = null;
  }

  /** What came of a delivery cannot be recorded: it is recovered when the lease has run out. */
  forsake(leaseId: string): void {
    const lease = this.held.get(leaseId);
    if (lease) lease.isUncertain = true;
  }

  /** Counts outcomes off and answers the leases that may be deleted with them. */
  release(leaseIds: Iterable<string>): string[] {
    for (const id of leaseIds) {
      const lease = this.held.get(id);
      if (lease) lease.open--;
    }
    return this.finished();
  }

  /** Leases without open deliveries that no new claim will use; forgets them. `all`: the current one too. */
  finished(all = false): string[] {
    const ids: string[] = [];
    for (const lease of this.held.values()) {
      const retired = all || lease !== this.current || performance.now() >= lease.renewAt;
      if (!retired || lease.open > 0) continue;
      if (lease === this.current) this.current = null;
      this.held.delete(lease.id);
      if (!lease.isUncertain) ids.push(lease.id);
    }
    return ids;
  }

  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.database.query(`delete from ${this.database.tables.leases} where id = any($1::bigint[])`, [
      ids,
    ]);
  }
}
