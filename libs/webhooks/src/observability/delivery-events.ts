import { channel } from 'node:diagnostics_channel';
import { Injectable } from '@nestjs/common';
import type { Reason } from '../core/states.js';
import { Emitter } from './emitter.js';

/** A delivery, as in-process events report it. */
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
  /** Number of attempts made. */
  attempts: number;
  status: number | null;
  /** Class of the last failure; `null` for a success. */
  error: string | null;
  reason: Reason | null;
  /** Time until the next attempt (ms); `0` if there is no next attempt. */
  delayMs: number;
  test: boolean;
}

/** An endpoint, as in-process events report it. */
export interface EndpointNotice {
  /** `wh_…`; `null` for a lane of callbacks. */
  endpointId: string | null;
  tenantId: string;
  reason: Reason | null;
}

/** The in-process events by name. */
export interface DeliveryEventMap {
  delivered: DeliveryNotice;
  retrying: DeliveryNotice;
  exhausted: DeliveryNotice;
  discarded: DeliveryNotice;
  /** The outcome was not recorded, because the lease had expired: the delivery is due again, or another worker has it. */
  leaseLost: DeliveryNotice;
  /** Five different deliveries failed without a success in between. */
  endpointFailing: EndpointNotice;
  endpointRecovered: EndpointNotice;
  endpointDisabled: EndpointNotice;
}

/**
 * In-process events. The worker that records an outcome emits them afterwards. The error of a listener is logged, and affects
 * nothing else. The same events are published on `diagnostics_channel`, as `nestjs-sms-webhooks:delivered` and so on.
 */
@Injectable()
export class DeliveryEvents {
  private readonly emitter = new Emitter<DeliveryEventMap>('WebhookEvents');

  /**
   * Calls `listener` for each event of `name` in this process.
   *
   * @param name see {@link DeliveryEventMap}
   * @returns a function that removes the listener
   */
  on<Name extends keyof DeliveryEventMap>(
    name: Name,
    listener: (notice: DeliveryEventMap[Name]) => void,
  ): () => void {
    return this.emitter.on(name, listener);
  }

  /** Returns whether anybody listens. If not, no notice needs to be composed. */
  has(name: keyof DeliveryEventMap): boolean {
    return this.emitter.has(name) || channelOf(name).hasSubscribers;
  }

  /**
   * Called by the worker.
   *
   * @param name see {@link DeliveryEventMap}
   */
  emit<Name extends keyof DeliveryEventMap>(name: Name, notice: DeliveryEventMap[Name]): void {
    channelOf(name).publish(notice);
    this.emitter.emit(name, notice);
  }
}

const channelOf = (name: keyof DeliveryEventMap) => channel(`nestjs-sms-webhooks:${name}`);
