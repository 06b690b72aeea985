import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { HostTransaction } from '../core/call-context.js';
import { tracePublication } from '../observability/tracing/traced.js';
import type { PublishedEvent, WebhookEventInput } from '../events/event.js';
import type { OutboxStore } from '../store/outbox-store.js';
import { STORE } from '../store/store.js';
import { checkEvent } from './check-event.js';
import { type EventRules, eventRules } from './event-rules.js';

/**
 * Writes events in the host's transaction.
 * - An event exists if and only if that transaction commits.
 * - One statement writes any number of events. It reads no endpoints, and no HTTP request is made. Only if another
 *   transaction has just committed an event with the same idempotency key, a second statement reads that event.
 * - Invalid input throws before anything is written.
 */
@Injectable()
export class Outbox {
  private readonly rules: EventRules;

  constructor(
    @Inject(STORE) private readonly store: OutboxStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.rules = eventRules(settings);
  }

  async publish(tx: HostTransaction, events: readonly WebhookEventInput[]): Promise<PublishedEvent[]> {
    const store = this.store.within(tx);
    const checked = events.map((event, index) => checkEvent(event, index, this.rules));
    const { traces } = this.settings;
    if (!traces) return store.insertEvents(checked);
    const types = checked.map(({ type }) => type);
    return tracePublication(traces, types, (traceparent) => store.insertEvents(checked, traceparent));
  }
}
