import type { ValueProvider } from '@nestjs/common';
import type { WebhooksModuleOptions } from '../config/options.js';
import { resolveSettings } from '../config/resolve-settings.js';
import { checkEvent } from '../outbox/check-event.js';
import { type EventRules, eventRules } from '../outbox/event-rules.js';
import { TransactionRequiredError } from '../core/errors.js';
import { encodeId } from '../core/ids.js';
import type { PublishedEvent, WebhookEventInput } from '../events/event.js';
import type { WebhookEventType } from '../events/event-map.js';
import { WebhooksService } from '../webhooks.service.js';
import type { OutboxEvent } from './webhooks-testing.js';

/** The module's options that decide which events `publish` accepts. */
export type WebhooksDoubleOptions = Pick<
  WebhooksModuleOptions,
  'eventTypes' | 'allowUnknownEventTypes' | 'checkEventData' | 'limits'
>;

/**
 * Stands in for {@link WebhooksService} in unit tests: no database, no module. `publish` checks events as the real
 * service does, and records them, even if the transaction is rolled back. The service's other methods are missing. If
 * your code calls them, use
 * `WebhooksTesting` in its tests.
 *
 * ```ts
 * const webhooks = new WebhooksDouble();
 * const module = await Test.createTestingModule({ providers: [MessageStatus, webhooks.provider] }).compile();
 * await module.get(MessageStatus).delivered(message);
 * expect(webhooks.published('message.delivered')).toHaveLength(1);
 * ```
 */
export class WebhooksDouble {
  private readonly events: OutboxEvent[] = [];
  /** Ids by tenant and idempotency key. */
  private readonly ids = new Map<string, string>();
  private readonly rules: EventRules;

  /** Provides this double as {@link WebhooksService}. */
  readonly provider: ValueProvider<unknown> = { provide: WebhooksService, useValue: this };

  /**
   * @param options the module's options that say which events `publish` accepts, such as `eventTypes`
   * @throws InvalidOptionError as the module does
   */
  constructor(options: WebhooksDoubleOptions = {}) {
    this.rules = eventRules(resolveSettings(options));
  }

  /** The published events, oldest first. With `type`, only events of this type. */
  published(type?: WebhookEventType | (string & {})): OutboxEvent[] {
    return this.events.filter((event) => type === undefined || event.type === type);
  }

  /** Removes the recorded events and forgets their idempotency keys. */
  clear(): void {
    this.events.length = 0;
    this.ids.clear();
  }

  /**
   * As {@link WebhooksService.publish}.
   *
   * @param tx what the code under test passes; anything but `undefined` and `null`
   * @throws TransactionRequiredError if `tx` is missing
   * @throws InvalidEventError if an event cannot be stored; nothing is recorded then
   */
  async publish(
    tx: unknown,
    events: WebhookEventInput | readonly WebhookEventInput[],
  ): Promise<PublishedEvent | PublishedEvent[]> {
    if (tx === undefined || tx === null)
      throw new TransactionRequiredError('A transaction is required: pass the EntityManager of an open one.');
    const list = (Array.isArray(events) ? events : [events]) as readonly WebhookEventInput[];
    const checked = list.map((event, index) => checkEvent(event, index, this.rules));
    const published = checked.map(({ uuid, data, type, tenantId, subject, idempotencyKey }) => {
      const key = idempotencyKey === null ? null : JSON.stringify([tenantId, idempotencyKey]);
      const first = key === null ? undefined : this.ids.get(key);
      if (first !== undefined) return { id: first, duplicate: true };
      const id = encodeId('evt', uuid);
      if (key !== null) this.ids.set(key, id);
      this.events.push({ id, type, tenantId, subject, data: JSON.parse(data) as unknown });
      return { id, duplicate: false };
    });
    return Array.isArray(events) ? published : published[0]!;
  }
}
