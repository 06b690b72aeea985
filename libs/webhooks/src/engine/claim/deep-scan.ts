import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import type { LaneStore } from '../../store/lane-store.js';
import { STORE } from '../../store/store.js';
import { MAX_DEPTH } from './scan-depths.js';

/** A lane is scanned after claims have got nothing from it for this long (ms). Most such lanes only wait for a response. */
const MIN_STUCK_MS = 1_000;
/** Minimum time (ms) between two scans of a lane if the first scan found nothing. */
const MIN_PAUSE_MS = 10_000;
/** Pause after a scan of a lane, as a multiple of the scan's duration. */
const PAUSE_FACTOR = 20;
/** Maximum number of lanes to remember. Beyond this number, all lanes are forgotten. */
const MAX_LANES_REMEMBERED = 10_000;

/**
 * Finds deliveries that claims do not reach, because subject order holds back more than {@link MAX_DEPTH} deliveries in
 * front of them. A lane may be long. So one lane is scanned at a time, while the worker's loop continues.
 */
@Injectable()
export class DeepScan {
  private readonly logger = new LineLogger('WebhookWorker');
  /** The earliest time of each lane's next scan (ms on the process's monotonic clock). */
  private readonly nextScanAt = new Map<string, number>();
  /** No round of scans begins before this time. So lanes that get stuck one after another are scanned in one round. */
  private nextRunAt = 0;
  private readonly aborting = new AbortController();
  private running: Promise<void> | null = null;

  constructor(@Inject(STORE) private readonly store: LaneStore) {}

  /** Takes lanes from which a claim of full depth got nothing, and starts to scan those whose time has come. */
  consider(laneIds: readonly string[]): void {
    if (laneIds.length === 0 || this.running || this.aborting.signal.aborted) return;
    const now = performance.now();
    if (this.nextScanAt.size > MAX_LANES_REMEMBERED) this.nextScanAt.clear();
    for (const laneId of laneIds)
      if (!this.nextScanAt.has(laneId)) this.nextScanAt.set(laneId, now + MIN_STUCK_MS);
    if (now < this.nextRunAt) return;
    const due = laneIds.filter((laneId) => this.nextScanAt.get(laneId)! <= now);
    if (due.length === 0) return;
    this.nextRunAt = now + MIN_STUCK_MS;
    this.running = this.scanAll(due).finally(() => (this.running = null));
  }

  /** Ends a running scan. Resolves when its current statement has ended. */
  async stop(): Promise<void> {
    this.aborting.abort();
    await this.running;
  }

  private async scanAll(laneIds: readonly string[]): Promise<void> {
    for (const laneId of laneIds) this.nextScanAt.set(laneId, performance.now() + MIN_PAUSE_MS);
    for (const laneId of await this.deepLanesOf(laneIds)) {
      if (this.aborting.signal.aborted) return;
      const startedAt = performance.now();
      const found = await this.scan(laneId);
      const now = performance.now();
      const pauseMs = (now - startedAt) * PAUSE_FACTOR;
      this.nextScanAt.set(laneId, now + (found > 0 ? pauseMs : Math.max(pauseMs, MIN_PAUSE_MS)));
      if (found > 0) this.nextRunAt = 0;
    }
  }

  /** Returns the lanes that hold more deliveries than a claim examines. In shorter lanes, a scan would find nothing. */
  private async deepLanesOf(laneIds: readonly string[]): Promise<string[]> {
    try {
      return await this.store.findDeepLanes(laneIds, MAX_DEPTH);
    } catch (error) {
      this.logger.error(`Looking for long lanes failed and will be repeated: ${(error as Error).message}`);
      return [];
    }
  }

  private async scan(laneId: string): Promise<number> {
    try {
      return await this.store.advanceUnheld(laneId, MAX_DEPTH, this.aborting.signal);
    } catch (error) {
      this.logger.error(`Scanning lane ${laneId} failed and will be repeated: ${(error as Error).message}`);
      return 0;
    }
  }
}
