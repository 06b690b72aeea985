import { Inject, Injectable } from '@nestjs/common';
import { WebhookAudit } from '../observability/audit.js';
import type { CallContext } from '../core/call-context.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { OutcomeWaiter } from '../deliveries/outcome-waiter.js';
import type { WebhookDeliveryDetail } from '../deliveries/delivery.js';
import { catalogueEntry, isCatalogueType, knownTypes } from '../events/catalogue/catalogue.js';
import { eventExample, ownEventExample } from '../events/catalogue/event-example.js';
import { isEventType, type WebhookEvent } from '../events/event.js';
import { encodeId, newUuid } from '../core/ids.js';
import type { Profile } from '../profiles/profile.js';
import { conflict, unprocessable } from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { TestEndpoint } from './test-endpoint.dto.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import type { EndpointStore } from '../store/endpoint-store.js';
import type { OutboxStore } from '../store/outbox-store.js';
import { STORE } from '../store/store.js';
import { requireEndpoint } from './require-endpoint.js';
import { readBody } from '../validation/read-input.js';
import { RegistrationCheck } from './registration-check.js';

/** What a test answers. */
export interface TestEventResult {
  /** `evt_…`, the `webhook-id` on the wire. */
  eventId: string;
  /** How it stands; `null`: no worker has taken the event up yet. */
  delivery: WebhookDeliveryDetail | null;
}

/** How long a test waits for a worker to take it up, ms. */
const TAKEN_UP_MS = 2000;
/** Longest wait for an outcome, ms. */
export const MAX_TEST_WAIT_MS = 30_000;

/** Test events: to one endpoint alone, through the real pipeline, marked as tests. */
@Injectable()
export class TestEventSender {
  constructor(
    @Inject(STORE) private readonly store: EndpointStore & OutboxStore & DeliveryStore,
    private readonly check: RegistrationCheck,
    private readonly log: DeliveryLog,
    private readonly watch: OutcomeWaiter,
    private readonly audit: WebhookAudit,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Publishes a test event. Throws a 422 where the profile has no such event, a 409 where the endpoint is disabled.
   *
   * @param waitMs wait this long for the first attempt's outcome, at most 30 s; a paused endpoint has none to wait for
   */
  async send(
    tenantId: string,
    id: string,
    input: TestEndpoint = {},
    waitMs = 0,
    { actor, request }: Omit<CallContext, 'tx'> = {},
  ): Promise<TestEventResult> {
    const { type: asked, data } = await readBody(TestEndpoint, input);
    const row = await requireEndpoint(this.store, { tenantId }, id);
    const profile = this.check.requireProfileOf(row);
    if (row.state === 'disabled')
      throw conflict('endpoint_disabled', 'This webhook is disabled. Resume it first.');
    const type = chooseTestType(profile, row.events, asked);
    if (type === null) throw this.unknownType(profile, asked!);
    const event = this.compose(profile, type, tenantId, data);
    await this.store.transaction(async (tx) => {
      const { uuid, subject, data: content } = event;
      await tx.insertEvents([
        {
          uuid,
          tenantId,
          type,
          subject,
          occurredAt: null,
          source: null,
          data: JSON.stringify(content),
          callbackUrl: null,
          idempotencyKey: null,
          test: true,
          endpointId: row.id,
        },
      ]);
      await tx.probeSoon(row.id);
    });
    this.audit.record({ action: 'endpoint.tested', tenantId, endpointId: id, actor, request });
    const waits = waitMs > 0 && row.state === 'active';
    const settled = (delivery: WebhookDeliveryDetail | null) =>
      delivery !== null && (!waits || delivery.attemptCount > 0 || delivery.finishedAt !== null);
    const timeoutMs = Math.min(waitMs || TAKEN_UP_MS, MAX_TEST_WAIT_MS);
    const delivery = await this.watch.waitUntil(timeoutMs, () => this.find(tenantId, event.uuid), settled);
    return { eventId: encodeId('evt', event.uuid), delivery };
  }

  /** The event, which the profile must have words for: a test without a request would look like a lost one. */
  private compose(
    profile: Profile,
    type: string,
    tenantId: string,
    data: Record<string, unknown> | undefined,
  ): WebhookEvent {
    const uuid = newUuid();
    const event = isCatalogueType(type)
      ? eventExample(type, { uuid, tenantId, occurredAt: Date.now() })
      : ownEventExample(type, this.ownExample(profile, type), { uuid, tenantId });
    if (data !== undefined) Object.assign(event, { data });
    const bytes = Buffer.byteLength(JSON.stringify(event.data));
    if (bytes > this.settings.payloadBytes) {
      const message = `data must be at most ${this.settings.payloadBytes} bytes as JSON.`;
      throw unprocessable({ field: 'data', code: 'too_long', message });
    }
    let requests: number;
    try {
      requests = profile.render(event).length;
    } catch {
      throw unprocessable({
        field: 'data',
        code: 'invalid',
        message: `data does not fit an event of the type ${type}: see the example at event-types, or leave data out.`,
      });
    }
    if (requests === 0) throw this.unknownType(profile, type);
    return event;
  }

  /** Throws a 422 for what cannot be a type, and where the host has said which types it has, and this is none. */
  private ownExample(profile: Profile, type: string): unknown {
    const { eventTypes } = this.settings;
    if (!isEventType(type)) throw this.unknownType(profile, type);
    if (eventTypes === null) return catalogueEntry('webhook.test').example;
    const own = eventTypes.find(({ name }) => name === type);
    if (!own) throw this.unknownType(profile, type);
    return own.example;
  }

  private unknownType(profile: Profile, type: string): Error {
    const known = profile.registration.eventNames ?? knownTypes(this.settings.eventTypes);
    return unprocessable({
      field: 'type',
      code: 'unknown_event',
      message: `The profile ${profile.name} has no event ${type}. Known: ${known.join(', ')}.`,
    });
  }

  private async find(tenantId: string, uuid: string): Promise<WebhookDeliveryDetail | null> {
    const [found] = await this.log.listIdsByEvent(tenantId, uuid);
    return found ? this.log.get(tenantId, found) : null;
  }
}

/**
 * The catalogue's type of the event that the test route sends to an endpoint.
 *
 * @param events what the endpoint subscribed to
 * @param asked a name of the profile's vocabulary, or of the catalogue where that is the vocabulary. Left out: the
 * profile's own choice, unless the endpoint's list names others
 * @returns `null` where the profile has no such name
 */
export function chooseTestType(profile: Profile, events: readonly string[], asked?: string): string | null {
  const { testTypes, testType } = profile;
  if (!testTypes) return asked ?? testType;
  if (asked !== undefined) return Object.hasOwn(testTypes, asked) ? testTypes[asked]! : null;
  const named = events.flatMap((name) => (Object.hasOwn(testTypes, name) ? [testTypes[name]!] : []));
  return named.length === 0 || named.some((type) => type === testType) ? testType : named[0]!;
}
