import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { LaneStore } from '../../store/lane-store.js';
import { STORE } from '../../store/store.js';

/** A lease as its worker sees it. Instants are ms on the process's monotonic clock, unless a comment says otherwise. */
export interface Lease {
  id: string;
  endsAt: number;
  /** Claims that begin after this instant use another lease. */
  renewAt: number;
  /** Claims in progress, plus deliveries whose outcome is not yet being recorded. */
  open: number;
  /** Deliveries whose outcomes are being recorded. */
  recording: number;
  /** When it ends, on the store's monotonic clock. */
  expiresAt: number;
  /** It may cover deliveries that this worker does not know of, so it is left to expire. */
  isUncertain: boolean;
}

/**
 * The leases of this worker. A lease covers everything that the worker claims during the first quarter of the lease. The
 * first claim after that opens another lease. A lease is deleted when the last outcome under it is recorded, so an idle
 * worker holds none. If the worker dies, its leases expire. The maintenance of any other worker then returns the deliveries
 * to their lanes (`rescueExpiredLeases`).
 */
@Injectable()
export class Leases {
  /** `host:pid:random`, for people who read the table. */
  readonly owner = `${hostname().slice(0, 80)}:${process.pid}:${randomBytes(4).toString('hex')}`;
  /**
   * Number of workers that held a lease when this worker opened its latest one, this worker included. Each worker uses an
   * equal share of a lane's limit of requests in flight.
   */
  workers = 1;
  readonly leaseMs: number;
  private current: Lease | null = null;
  /** The lease that is being opened. A claim and a relay that run at the same time both wait for it. */
  private opening: Promise<Lease> | null = null;
  private readonly held = new Map<string, Lease>();

  constructor(
    @Inject(STORE) private readonly store: LaneStore,
    @Inject(SETTINGS) { leaseMs }: Settings,
  ) {
    this.leaseMs = leaseMs;
  }

  /** The lease for a claim that begins now. The claim ends in {@link addDeliveries} or {@link markUncertain}. */
  async acquire(): Promise<Lease> {
    const lease =
      this.current && performance.now() < this.current.renewAt ? this.current : await this.openOne();
    lease.open++;
    return lease;
  }

  private openOne(): Promise<Lease> {
    this.opening ??= this.open().finally(() => (this.opening = null));
    return this.opening;
  }

  private async open(): Promise<Lease> {
    // The clocks are read before the statement, so that the lease ends a little earlier here than in the database.
    const startedAt = performance.now();
    const expiresAt = this.store.monotonicNow() + this.leaseMs;
    const { id, workers } = await this.store.openLease(this.owner, this.leaseMs);
    this.workers = workers;
    this.current = {
      id,
      endsAt: startedAt + this.leaseMs,
      renewAt: startedAt + this.leaseMs / 4,
      open: 0,
      recording: 0,
      expiresAt,
      isUncertain: false,
    };
    this.held.set(id, this.current);
    return this.current;
  }

  /** Returns whether an attempt of `timeoutMs` that starts now ends before the lease ends. */
  covers(leaseId: string, timeoutMs: number): boolean {
    const lease = this.held.get(leaseId);
    return lease !== undefined && performance.now() + timeoutMs < lease.endsAt;
  }

  /** Time (ms) until a lease ends. */
  msLeft(leaseId: string): number {
    const lease = this.held.get(leaseId);
    return lease ? Math.max(0, Math.ceil(lease.endsAt - performance.now())) : 0;
  }

  /** The claim has committed, with this many deliveries. */
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

  /**
   * Outcomes are about to be recorded, one for each of `leaseIds`. Returns the ids of the leases that the
   * recording must also delete. Call {@link settle} after the recording.
   */
  release(leaseIds: readonly string[]): string[] {
    for (const id of leaseIds) {
      const lease = this.held.get(id);
      if (!lease) continue;
      lease.open--;
      lease.recording++;
    }
    return this.takeFinished({ recording: true });
  }

  /** The outcomes are recorded, and the leases that {@link release} returned are deleted. */
  settle(leaseIds: readonly string[], deleted: readonly string[]): void {
    for (const id of leaseIds) {
      const lease = this.held.get(id);
      if (lease) lease.recording--;
    }
    for (const id of deleted) this.held.delete(id);
  }

  /** Ids of the leases that end before `time` (on the store's monotonic clock). */
  endingBefore(time: number): Set<string> {
    const ids = new Set<string>();
    for (const lease of this.held.values()) if (lease.expiresAt < time) ids.add(lease.id);
    return ids;
  }

  /** Deletes the leases under which nothing is open. `all`: also the current one; the next claim opens another. */
  async deleteFinished(all = false): Promise<void> {
    await this.remove(this.takeFinished({ all }));
  }

  /** Deletes leases under which nothing is open. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.store.deleteLeases(ids);
  }

  /**
   * Removes leases that have nothing open and will not be used again. Returns the ids to delete in the database. `recording`:
   * also include leases whose last outcomes are being recorded; {@link settle} removes those.
   */
  private takeFinished({ all = false, recording = false }): string[] {
    const ids: string[] = [];
    for (const lease of this.held.values()) {
      const isRetired = all || lease !== this.current || performance.now() >= lease.renewAt;
      if (!isRetired || lease.open > 0 || (lease.recording > 0 && !recording)) continue;
      if (lease === this.current) this.current = null;
      if (lease.recording === 0) this.held.delete(lease.id);
      if (!lease.isUncertain) ids.push(lease.id);
    }
    return ids;
  }
}
