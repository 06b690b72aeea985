import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import { explainAttemptError } from '../../core/attempt-errors.js';
import { encodeDeliveryId, encodeId } from '../../core/ids.js';
import { LineLogger } from '../../core/line-logger.js';
import type { Reason } from '../../core/states.js';
import {
  type DeliveryEventMap,
  DeliveryEvents,
  type DeliveryNotice,
} from '../../observability/delivery-events.js';
import { WebhookMetrics } from '../../observability/metrics/webhook-metrics.js';
import { STORE } from '../../store/store.js';
import type { StoreTransactions } from '../../store/transactions.js';
import type { Destination } from '../destinations/destination.js';
import type { Outcome } from '../send/outcome.js';
import { scheduleFor } from '../send/retry-schedule.js';
import { EndpointFigures } from './endpoint-figures.js';

const EVENT_OF = {
  delivered: 'delivered',
  pending: 'retrying',
  exhausted: 'exhausted',
  discarded: 'discarded',
} as const;

/**
 * Reports outcomes to the host: emits in-process events, feeds the metrics, and logs failures, discarded deliveries and lost
 * leases. Adds recorded outcomes to the figures of the endpoint.
 */
@Injectable()
export class OutcomeReporter {
  private readonly logger = new LineLogger('WebhookDispatcher');

  constructor(
    private readonly events: DeliveryEvents,
    private readonly figures: EndpointFigures,
    private readonly metrics: WebhookMetrics,
    @Inject(STORE) private readonly store: StoreTransactions,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** `recorded`: `false` if the lease was lost. */
  report(outcome: Outcome, recorded: boolean): void {
    const name: keyof DeliveryEventMap = recorded ? EVENT_OF[outcome.state] : 'leaseLost';
    if (recorded) this.figures.add(outcome);
    if (this.metrics.isOn) this.measure(outcome, recorded);
    this.log(outcome, name);
    if (this.events.has(name)) this.events.emit(name, toNotice(outcome));
  }

  reportHealthChange(destination: Destination, healthy: boolean): void {
    const { tenantId } = destination;
    const endpointId = destination.endpointId && encodeId('wh', destination.endpointId);
    const who = endpointId === null ? `A callback origin of tenant ${tenantId}` : `Endpoint ${endpointId}`;
    if (healthy) this.logger.log(`${who} has recovered`);
    else
      this.logger.warn(`${who} is failing: only a few requests at a time are sent to it until one succeeds`);
    const name = healthy ? 'endpointRecovered' : 'endpointFailing';
    this.events.emit(name, { endpointId, tenantId, reason: null });
    this.metrics.endpointChanged(healthy ? 'healthy' : 'failing', null);
  }

  /** Reports that this process has disabled an endpoint. */
  reportDisabled(endpointUuid: string, tenantId: string, reason: Reason): void {
    const endpointId = encodeId('wh', endpointUuid);
    this.logger.warn(`Endpoint ${endpointId} was disabled: ${reason}`);
    this.events.emit('endpointDisabled', { endpointId, tenantId, reason });
    this.metrics.endpointChanged('disabled', reason);
  }

  private measure({ delivery, attempt, state }: Outcome, recorded: boolean): void {
    const { destination, eventType, test: isTest, attemptsBefore, publishedAt } = delivery;
    const { endpointId, tenantId } = destination;
    const about = { tenantId, endpointId: endpointId && encodeId('wh', endpointId), eventType };
    this.metrics.outcome(
      {
        delivery: { ...about, isTest, isManual: attemptsBefore > 0 },
        attempt,
        result: state === 'pending' ? null : state,
        publishedAgoMs: publishedAt === null ? null : this.store.now() - publishedAt,
        startedAgoMs: attempt ? performance.now() - attempt.startedAt : 0,
      },
      recorded,
    );
  }

  private log(outcome: Outcome, name: keyof DeliveryEventMap): void {
    if (name === 'delivered') return;
    const { delivery, attempt, reason, delayMs } = outcome;
    const cause = attempt
      ? attempt.status === null
        ? attempt.error
        : `HTTP ${attempt.status}`
      : (reason ?? 'not sent');
    // An HTTP status explains itself. The error of an attempt without a response needs an explanation.
    const explanation = attempt?.status === null ? `. ${explainAttemptError(attempt.error!)}` : '';
    const { endpointId } = delivery.destination;
    const where = endpointId === null ? 'a callback' : encodeId('wh', endpointId);
    const number = `attempt ${delivery.attempts + (attempt ? 1 : 0)} of ${this.lastAttemptOf(outcome)}`;
    const which = `dlv_${delivery.id} to ${where} (${delivery.wireType}, ${number})`;
    if (name === 'retrying') {
      if (attempt)
        this.logger.debug(`Delivery ${which} failed: ${cause}; next attempt in ${delayMs} ms${explanation}`);
    } else if (name === 'leaseLost') {
      this.logger.warn(
        `Delivery ${which} lost its lease: its outcome (${cause}) was not recorded, another worker has the delivery`,
      );
    } else {
      this.logger.warn(`Delivery ${which} ${name}: ${reason}, ${cause}${explanation}`);
    }
  }

  /** After a manual retry, the numbering of attempts continues, so the attempts before this retry are included. */
  private lastAttemptOf({ delivery }: Outcome): number {
    const { waits } = scheduleFor(delivery.destination.profile, this.settings.retry);
    return delivery.attemptsBefore + 1 + waits.length;
  }
}

function toNotice({ delivery, attempt, reason, delayMs }: Outcome): DeliveryNotice {
  const { endpointId, tenantId } = delivery.destination;
  return {
    deliveryId: encodeDeliveryId(delivery.id),
    eventId: encodeId('evt', delivery.eventUuid),
    eventType: delivery.eventType,
    tenantId,
    endpointId: endpointId && encodeId('wh', endpointId),
    subject: delivery.subject,
    attempts: attempt?.number ?? delivery.attempts,
    status: attempt?.status ?? null,
    error: attempt?.error ?? null,
    reason,
    delayMs,
    test: delivery.test,
  };
}
