import { channel } from 'node:diagnostics_channel';
import { Injectable } from '@nestjs/common';
import { LineLogger } from '../core/line-logger.js';
import type { Reason } from '../core/states.js';

/** One delivery, in an in-process event. */
export interface DeliveryNotice {
  /** `dlv_…` */
  deliveryId: string;
  /** `evt_…` */
  eventId: string;
  eventType: string;
  tenantId: string;
  /** `wh_…`; `null` for a callback. */
  endpointId: string | null;
  subject: string | null;
  /** Attempts made. */
  attempts: number;
  status: number | null;
  /** Class of the last failure, `null` for a success. */
  error: string | null;
  reason: Reason | null;
  /** Until the next attempt, ms; 0 where there is none. */
  delayMs: number;
  test: boolean;
}

/** One endpoint, in an in-process event. */
export interface EndpointNotice {
  /** `wh_…`; `null` for a lane of callbacks. */
  endpointId: string | null;
  tenantId: string;
  reason: Reason | null;
}

/** What happens in this process, by name. */
export interface DeliveryEventMap {
  delivered: DeliveryNotice;
  retrying: DeliveryNotice;
  exhausted: DeliveryNotice;
  discarded: DeliveryNotice;
  /** An outcome came after its lease had run out: another worker has the delivery. */
  leaseLost: DeliveryNotice;
  /** Five different deliveries failed with no success between. */
  endpointFailing: EndpointNotice;
  endpointRecovered: EndpointNotice;
  endpointDisabled: EndpointNotice;
}

type Listener<Name extends keyof DeliveryEventMap> = (notice: DeliveryEventMap[Name]) => void;

/**
 * In-process events of the worker that recorded them, after they were recorded. A listener that throws is logged and
 * harms nobody. The same are published on `diagnostics_channel`, as `nestjs-sms-webhooks:delivered` and so on.
 */
@Injectable()
export class DeliveryEvents {
  private readonly logger = new LineLogger('WebhookEvents');
  private readonly listeners = new Map<keyof DeliveryEventMap, Set<Listener<never>>>();

  /** Calls `listener` for each event of `name`; answers what stops that. */
  on<Name extends keyof DeliveryEventMap>(
    name: Name,
    listener: (notice: DeliveryEventMap[Name]) => void,
  ): () => void {
    let all = this.listeners.get(name);
    if (!all) this.listeners.set(name, (all = new Set()));
    all.add(listener as Listener<never>);
    return () => all.delete(listener as Listener<never>);
  }

  /** Is anybody listening? Spares making notices for nobody. */
  has(name: keyof DeliveryEventMap): boolean {
    return (this.listeners.get(name)?.size ?? 0) > 0 || channelOf(name).hasSubscribers;
  }

  emit<Name extends keyof DeliveryEventMap>(name: Name, notice: DeliveryEventMap[Name]): void {
    channelOf(name).publish(notice);
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        (listener as Listener<Name>)(notice);
      } catch (error) {
        this.logger.error(`A listener of "${name}" threw: ${(error as Error).stack ?? String(error)}`);
      }
    }
  }
}

const channelOf = (name: keyof DeliveryEventMap) => channel(`nestjs-sms-webhooks:${name}`);
