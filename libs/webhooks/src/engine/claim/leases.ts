import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { LaneStore } from '../../store/lane-store.js';
import { STORE } from '../../store/store.js';

/** A lease as its worker sees it. Instants are of the process's monotonic clock, ms. */
export interface Lease {
  id: string;
  endsAt: number;
  /** No new claims after this. */
  renewAt: number;
  /** Claims that are being made under it, and deliveries without a recorded outcome. */
  open: number;
  /** It may cover deliveries that this worker does not know of, so it is left to expire. */
  isUncertain: boolean;
}

/**
 * The leases of this worker: one at a time for everything it claims, a new one every quarter of a lease. Each is deleted
 * when the last outcome under it is recorded. An idle worker holds none.
 */
@Injectable()
export class Leases {
  /** `host:pid:random`, for people who read the table. */
  readonly owner = `${hostname().slice(0, 80)}:${process.pid}:${randomBytes(4).toString('hex')}`;
  /** Workers that held a lease when this one last opened one, itself included: they share what a lane may have in flight. */
  workers = 1;
  private readonly leaseMs: number;
  private current: Lease | null = null;
  private readonly held = new Map<string, Lease>();

  constructor(
    @Inject(STORE) private readonly store: LaneStore,
    @Inject(SETTINGS) { leaseMs }: Settings,
  ) {
    this.leaseMs = leaseMs;
  }

  /** The lease for a claim that begins now. The claim ends in {@link addDeliveries} or {@link markUncertain}. */
  async acquire(): Promise<Lease> {
    const lease = this.current && performance.now() < this.current.renewAt ? this.current : await this.open();
    lease.open++;
    return lease;
  }

  private async open(): Promise<Lease> {
    const startedAt = performance.now(); // before the statement: here the lease ends a little earlier than in the database
    const { id, workers } = await this.store.openLease(this.owner, this.leaseMs);
    this.workers = workers;
    this.current = {
      id,
      endsAt: startedAt + this.leaseMs,
      renewAt: startedAt + this.leaseMs / 4,
      open: 0,
      isUncertain: false,
    };
    this.held.set(id, this.current);
    return this.current;
  }

  /** Would an attempt of `timeoutMs` that starts now end before the lease does? */
  covers(leaseId: string, timeoutMs: number): boolean {
    const lease = this.held.get(leaseId);
    return lease !== undefined && performance.now() + timeoutMs < lease.endsAt;
  }

  /** The claim committed with this many deliveries. */
  addDeliveries(lease: Lease, deliveries: number): void {
    lease.open += deliveries - 1;
  }

  /** The claim failed, perhaps after its commit: what it leased is rescued when the lease expires. */
  markUncertain(lease: Lease): void {
    lease.open--;
    lease.isUncertain = true;
    if (this.current === lease) this.current = null;
  }

  /** The outcome of a delivery cannot be recorded: the delivery is rescued when the lease expires. */
  leaveToExpire(leaseId: string): void {
    const lease = this.held.get(leaseId);
    if (lease) lease.isUncertain = true;
  }

  /** Counts one outcome for each of `leaseIds`. Returns the leases that may be deleted with them. */
  release(leaseIds: Iterable<string>): string[] {
    for (const id of leaseIds) {
      const lease = this.held.get(id);
      if (lease) lease.open--;
    }
    return this.takeFinished(false);
  }

  /** Deletes the leases under which nothing is open. `all`: the current one too; the next claim opens another. */
  async deleteFinished(all = false): Promise<void> {
    await this.remove(this.takeFinished(all));
  }

  /** Deletes leases that {@link release} has returned. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.store.deleteLeases(ids);
  }

  /** Forgets the leases that nothing is open under and no claim will use, and returns those that may be deleted. */
  private takeFinished(all: boolean): string[] {
    const ids: string[] = [];
    for (const lease of this.held.values()) {
      const isRetired = all || lease !== this.current || performance.now() >= lease.renewAt;
      if (!isRetired || lease.open > 0) continue;
      if (lease === this.current) this.current = null;
      this.held.delete(lease.id);
      if (!lease.isUncertain) ids.push(lease.id);
    }
    return ids;
  }
}
