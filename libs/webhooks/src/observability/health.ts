import { Inject, Injectable } from '@nestjs/common';
import { WebhooksNotReadyError } from '../core/errors.js';
import { describeRowKey } from '../core/row-key.js';
import type { CaptureHealth, ChangeStore } from '../store/change-store.js';
import type { DatabaseHealth, SetupStore } from '../store/setup-store.js';
import { STORE } from '../store/store.js';

/** Warning threshold: this many dead rows, if there are more of them than live rows. */
const DEAD_ROWS_WARNING = 50_000;
/** Warning threshold: an older transaction prevents vacuum from removing dead rows. */
const OLD_TRANSACTION_WARNING_MS = 10 * 60_000;
/**
 * Warning threshold: if an event has waited longer for the relay, either no worker runs or the workers cannot keep up.
 * Workers that start after a break have the same time to catch up.
 */
const RELAY_LAG_WARNING_MS = 60_000;
/** Warning threshold: if a change has waited longer for its first try, probably no worker has its capture. */
const CAPTURE_LAG_WARNING_MS = 60_000;

/** Something in the database that will make deliveries slow, and what to do about it. */
export interface HealthWarning {
  kind: 'not-ready' | 'dead-rows' | 'old-snapshot' | 'relay-lag' | 'capture-failing' | 'capture-waiting';
  message: string;
  data: Record<string, string | number>;
}

/** Finds what will make queues in the database slow. A customer's failing endpoint does not cause a warning. */
@Injectable()
export class HealthCheck {
  private readonly startedAt: number;
  /** The smallest lag since the threshold was exceeded, and when this lag was seen. */
  private lag: { ms: number; seenAt: number } | null = null;

  constructor(@Inject(STORE) private readonly store: SetupStore & ChangeStore) {
    this.startedAt = store.monotonicNow();
  }

  async check(): Promise<HealthWarning[]> {
    try {
      const health = await this.store.readDatabaseHealth();
      const captures = await this.store.readCaptureHealth();
      const isStarting = this.store.monotonicNow() - this.startedAt < RELAY_LAG_WARNING_MS;
      return [
        ...describeDatabase(health),
        ...(health && !isStarting ? this.describeLag(health) : []),
        ...captures.flatMap((capture) => describeCapture(capture, isStarting)),
      ];
    } catch (error) {
      if (!(error instanceof WebhooksNotReadyError)) throw error;
      const message = `Nothing is published, registered or delivered. ${error.message}`;
      return [{ kind: 'not-ready', message, data: {} }];
    }
  }

  /**
   * Without workers, each lag above the threshold causes a warning. With workers, such a lag causes a warning only if
   * the lag has reached no new minimum for a minute: if it reaches new minima, the workers are catching up.
   */
  private describeLag({ relayLagMs: lagMs, hasWorkers }: DatabaseHealth): HealthWarning[] {
    const isSlow = lagMs > RELAY_LAG_WARNING_MS;
    const now = this.store.monotonicNow();
    if (!isSlow || !hasWorkers) this.lag = null;
    else if (!this.lag || lagMs < this.lag.ms) this.lag = { ms: lagMs, seenAt: now };
    if (!isSlow || (this.lag && now - this.lag.seenAt < RELAY_LAG_WARNING_MS)) return [];
    const cause = hasWorkers
      ? 'the workers cannot keep up. Start more of them.'
      : "no worker runs. Start a process with role 'all' or 'worker'.";
    const message = `The oldest event has waited ${Math.round(lagMs / 1000)} s for the relay: ${cause}`;
    return [{ kind: 'relay-lag', message, data: { lagMs } }];
  }
}

function describeDatabase(health: DatabaseHealth | null): HealthWarning[] {
  if (!health) return [];
  const { deadRows: dead, liveRows: live, table, oldestTransactionMs } = health;
  const warnings: HealthWarning[] = [];
  if (dead > DEAD_ROWS_WARNING && dead > live) {
    const message = `The webhook tables hold ${dead} dead rows and ${live} live ones. Check the autovacuum settings of ${table}, and look for old transactions.`;
    warnings.push({ kind: 'dead-rows', message, data: { dead, live } });
  }
  if (oldestTransactionMs > OLD_TRANSACTION_WARNING_MS) {
    const message = `A transaction has been open for ${Math.round(oldestTransactionMs / 60_000)} minutes and prevents vacuum from removing dead rows. End it, or set idle_in_transaction_session_timeout.`;
    warnings.push({ kind: 'old-snapshot', message, data: { snapshotMs: oldestTransactionMs } });
  }
  return warnings;
}

function describeCapture(health: CaptureHealth, isStarting: boolean): HealthWarning[] {
  const { capture, failing, failingKey, failingAttempts, failingError, untriedMs } = health;
  const warnings: HealthWarning[] = [];
  if (failing > 0) {
    const row = describeRowKey(failingKey!);
    const message = `Changes of ${failing} rows of ${capture} are not published, because map fails. The row ${row} has failed ${failingAttempts} times: ${failingError}. All these changes are retried at least every 10 minutes: correct map, or let it return null.`;
    warnings.push({ kind: 'capture-failing', message, data: { capture, failing, row } });
  }
  if (untriedMs > CAPTURE_LAG_WARNING_MS && !isStarting) {
    const message = `A change of ${capture} has waited ${Math.round(untriedMs / 1000)} s for its map. Either the workers cannot keep up, or no worker has this capture. In the second case, import the capture's forFeature() in the processes that deliver, or run down() of the capture's migration, which removes the triggers.`;
    warnings.push({ kind: 'capture-waiting', message, data: { capture, lagMs: untriedMs } });
  }
  return warnings;
}
