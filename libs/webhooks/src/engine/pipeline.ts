import { Inject, Injectable } from '@nestjs/common';
import { WebhookMetrics } from '../observability/metrics/webhook-metrics.js';
import type { LaneStore, WorkCheck } from '../store/lane-store.js';
import type { WrittenEvent } from '../store/outbox-store.js';
import { STORE } from '../store/store.js';
import { type ClaimOptions, type ClaimResult, LaneClaimer, NO_CLAIM } from './claim/lane-claimer.js';
import { type Lease, Leases } from './claim/leases.js';
import type { LeasedDelivery } from './destinations/leased-delivery.js';
import { CAPTURED_CHANGES, type CapturedChanges } from './captured-changes.js';
import { Dispatcher } from './dispatcher.js';
import { NOTHING_RELAYED, Relay, type RelayResult } from './relay/relay.js';
import type { ClaimBudget } from './schedule/room/claim-budget.js';

/** Maximum number of events in one batch. */
const MAX_RELAYED = 1_000;
const MIN_RELAYED = 100;

/**
 * The steps of a worker, one batch at a time. Each step leases deliveries and passes them to the dispatcher. The worker's
 * loop and `runOnce()` share one pipeline.
 */
@Injectable()
export class Pipeline {
  private lastStep: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(STORE) private readonly store: LaneStore,
    private readonly relay: Relay,
    private readonly claimer: LaneClaimer,
    private readonly leases: Leases,
    private readonly dispatcher: Dispatcher,
    @Inject(CAPTURED_CHANGES) private readonly changes: CapturedChanges,
    private readonly metrics: WebhookMetrics,
  ) {}

  /**
   * Runs `work` when the work of all earlier calls has ended. So the steps of `runOnce()` and of the worker's loop never
   * overlap.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lastStep.then(work);
    this.lastStep = result.catch(() => undefined);
    return result;
  }

  /** Asks the database what there is to do, except in `skipLanes` and in lanes that this worker has no room for. */
  async checkForWork(skipLanes: readonly string[] = []): Promise<WorkCheck> {
    await this.dispatcher.keepUnrecorded(); // the check may be followed by a rescue
    return this.store.checkForWork(this.dispatcher.intake.unclaimable(skipLanes), this.changes.names);
  }

  /** Relays one batch of events. `written`: the events to relay, if they are known. */
  async relayBatch(written: readonly WrittenEvent[] | null = null): Promise<RelayResult> {
    // A delivery that this worker has no room for is written twice: when it is relayed, and later when it is claimed. So
    // events beyond the worker's room wait a moment, or other workers relay them.
    const limit = Math.max(MIN_RELAYED, Math.min(MAX_RELAYED, this.dispatcher.intake.relayableCount));
    return this.relayUnderLease((leaseId, openBudget) =>
      this.relay.relayBatch(limit, leaseId, openBudget, written),
    );
  }

  /** Relays events while another step runs, if there are only a few. If there are more, relays none. */
  relayBeside(written: readonly WrittenEvent[] | null): Promise<RelayResult> {
    return this.relayUnderLease(
      async (leaseId, openBudget) =>
        (await this.relay.relayFewOnly(leaseId, openBudget, written)) ?? {
          ...NOTHING_RELAYED,
          hasMore: true,
        },
    );
  }

  private async relayUnderLease(
    relay: (leaseId: string, openBudget: () => ClaimBudget) => Promise<RelayResult>,
  ): Promise<RelayResult> {
    const result = await this.underLease((lease) =>
      relay(lease.id, () => this.dispatcher.intake.openBudget('relay')),
    );
    // Subject order may hold back the waiting deliveries until this worker records the outcomes of earlier ones.
    if (result.hasWaiting) this.dispatcher.recordNow();
    this.metrics.relayed(result.relayed, result.created);
    return result;
  }

  /** Claims once from the lanes that are due, except from `skipLanes`. `options`: see {@link ClaimOptions}. */
  async claimBatch(
    skipLanes: readonly string[] = [],
    options: Pick<ClaimOptions, 'depths' | 'isEarly'> = {},
  ): Promise<ClaimResult> {
    if (this.dispatcher.intake.claimableCount === 0) return NO_CLAIM;
    await this.dispatcher.keepUnrecorded();
    const startedAt = performance.now();
    const result = await this.underLease((lease) =>
      this.claimer.claim(lease, {
        openBudget: () => this.dispatcher.intake.openBudget('claim'),
        skip: this.dispatcher.intake.unclaimable(skipLanes),
        allowSuspect: this.dispatcher.intake.allowsSuspect,
        ...options,
      }),
    ).finally(() => this.dispatcher.intake.noteClaimEnded());
    this.dispatcher.intake.noteDue(result.lanesWithMore);
    this.metrics.claimed(result.leased.length, performance.now() - startedAt);
    return result;
  }

  /** Runs `step` under the worker's lease. The dispatcher gets the deliveries that `step` has leased. */
  private async underLease<Result extends { leased: LeasedDelivery[] }>(
    step: (lease: Lease) => Promise<Result>,
  ): Promise<Result> {
    const lease = await this.leases.acquire();
    try {
      const result = await step(lease);
      this.leases.addDeliveries(lease, result.leased.length);
      this.dispatcher.accept(result.leased);
      return result;
    } catch (error) {
      this.leases.markUncertain(lease);
      throw error;
    }
  }
}
