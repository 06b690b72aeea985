import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import { encodeDeliveryId, encodeId } from '../../core/ids.js';
import {
  DeliveryEvents,
  type DeliveryEventMap,
  type DeliveryNotice,
} from '../../observability/delivery-events.js';
import type { Reason } from '../../core/states.js';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { Outcome } from '../send/outcome.js';
import { scheduleFor } from '../send/retry-schedule.js';
import type { Destination } from '../destinations/destination.js';

const EVENT_OF = {
  delivered: 'delivered',
  pending: 'retrying',
  exhausted: 'exhausted',
  discarded: 'discarded',
} as const;

/** Tells the host of recorded outcomes: one log line for each that is not a plain success, and the in-process events. */
@Injectable()
export class OutcomeReporter {
  private readonly logger = new LineLogger('WebhookDispatcher');

  constructor(
    private readonly events: DeliveryEvents,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  report(outcome: Outcome, recorded: boolean): void {
    const name: keyof DeliveryEventMap = recorded ? EVENT_OF[outcome.state] : 'leaseLost';
    this.log(outcome, name);
    if (this.events.has(name)) this.events.emit(name, notice(outcome));
  }

  reportHealthChange(target: Destination, healthy: boolean): void {
    const endpointId = target.endpointId && encodeId('wh', target.endpointId);
    const who = endpointId ?? `callbacks of ${target.tenantId}`;
    if (healthy) this.logger.log(`Endpoint ${who} answers again`);
    else this.logger.warn(`Endpoint ${who} is failing: it is only probed until it answers`);
    const name = healthy ? 'endpointRecovered' : 'endpointFailing';
    this.events.emit(name, { endpointId, tenantId: target.tenantId, reason: null });
  }

  reportDisabled(endpoint: string, tenantId: string, reason: Reason): void {
    const endpointId = encodeId('wh', endpoint);
    this.logger.warn(`Endpoint ${endpointId} was disabled: ${reason}`);
    this.events.emit('endpointDisabled', { endpointId, tenantId, reason });
  }

  private log(outcome: Outcome, name: keyof DeliveryEventMap): void {
    const { delivery, attempt } = outcome;
    if (name === 'delivered') return;
    const cause = attempt
      ? attempt.status === null
        ? attempt.error
        : `HTTP ${attempt.status}`
      : (outcome.reason ?? 'given back');
    const { endpointId } = delivery.destination;
    const where = endpointId === null ? 'a callback' : encodeId('wh', endpointId);
    const number = `attempt ${delivery.attempts + (attempt ? 1 : 0)} of ${this.lastAttemptOf(outcome)}`;
    const which = `dlv_${delivery.id} to ${where} (${delivery.wireType}, ${number})`;
    if (name === 'retrying') {
      if (attempt) this.logger.debug(`Delivery ${which} failed: ${cause}; again in ${outcome.delayMs} ms`);
    } else if (name === 'leaseLost') {
      this.logger.warn(
        `Delivery ${which} outlived its lease: its outcome (${cause}) was not recorded, another worker has it`,
      );
    } else {
      this.logger.warn(`Delivery ${which} ${name}: ${outcome.reason}, ${cause}`);
    }
  }

  /** Numbers go on over manual retries, and so does this one. */
  private lastAttemptOf({ delivery }: Outcome): number {
    const { waits } = scheduleFor(delivery.destination.profile, this.settings.retry);
    return delivery.attemptsBefore + 1 + waits.length;
  }
}

function notice({ delivery, attempt, reason, delayMs }: Outcome): DeliveryNotice {
  return {
    deliveryId: encodeDeliveryId(delivery.id),
    eventId: encodeId('evt', delivery.eventUuid),
    eventType: delivery.eventType,
    tenantId: delivery.destination.tenantId,
    endpointId: delivery.destination.endpointId && encodeId('wh', delivery.destination.endpointId),
    subject: delivery.subject,
    attempts: attempt?.number ?? delivery.attempts,
    status: attempt?.status ?? null,
    error: attempt?.error ?? null,
    reason,
    delayMs,
    test: delivery.test,
  };
}
