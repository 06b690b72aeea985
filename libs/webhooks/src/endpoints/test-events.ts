import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { encodeId, newUuid } from '../core/ids.js';
import { conflict, unprocessable } from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { WebhookDeliveryDetail } from '../deliveries/delivery-detail.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { OutcomeWaiter } from '../deliveries/outcome-waiter.js';
import { catalogueEntry, isCatalogueType, knownTypes } from '../events/catalogue/catalogue.js';
import { eventExample, ownEventExample } from '../events/catalogue/event-example.js';
import { isEventType, type WebhookEvent } from '../events/event.js';
import { WebhookAudit } from '../observability/audit.js';
import { tracePublication } from '../observability/tracing/traced.js';
import type { Profile } from '../profiles/profile.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import type { EndpointStore } from '../store/endpoint-store.js';
import type { OutboxStore } from '../store/outbox-store.js';
import { STORE } from '../store/store.js';
import { readBody } from '../validation/read-input.js';
import { RegistrationCheck } from './registration-check.js';
import { unknownEvent } from './registration-rules.js';
import { requireEndpoint } from './require-endpoint.js';
import { TestEndpoint } from './test-endpoint.dto.js';

/** What a test returns. */
export interface TestEventResult {
  /** `evt_…`, the `webhook-id` of the request. */
  eventId: string;
  /** The delivery as it is now; `null`: no worker has relayed the event yet. */
  delivery: WebhookDeliveryDetail | null;
}

/** If the caller does not wait for the outcome, a test waits this long for a worker to relay the event. */
const RELAY_WAIT_MS = 2000;
export const MAX_TEST_WAIT_MS = 30_000;

/** Sends test events. Each goes to one endpoint only, through the outbox and the worker, and is marked as a test. */
@Injectable()
export class TestEventSender {
  constructor(
    @Inject(STORE) private readonly store: EndpointStore & OutboxStore & DeliveryStore,
    private readonly check: RegistrationCheck,
    private readonly log: DeliveryLog,
    private readonly waiter: OutcomeWaiter,
    private readonly audit: WebhookAudit,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Publishes a test event. Throws a 404 for an unknown endpoint, a 409 for a disabled endpoint, and a 422 if the profile
   * has no such event or the data does not fit.
   *
   * @param waitMs how long to wait for the outcome of the first attempt, at most 30 s. If the endpoint is paused,
   *   the call does not wait for the outcome
   */
  async send(
    tenantId: string,
    id: string,
    input: TestEndpoint = {},
    waitMs = 0,
    { actor, request }: Omit<CallContext, 'tx'> = {},
  ): Promise<TestEventResult> {
    const fields = await readBody(TestEndpoint, input);
    const endpoint = await requireEndpoint(this.store, { tenantId }, id);
    const profile = this.check.requireProfileOf(endpoint);
    if (endpoint.state === 'disabled')
      throw conflict('endpoint_disabled', 'This webhook is disabled. Resume it first.');
    const type = chooseTestType(profile, endpoint.events, fields.type);
    if (type === null) throw this.unknownType(profile, fields.type!);
    const event = this.compose(profile, type, tenantId, fields.data);
    const { traces } = this.settings;
    await (traces
      ? tracePublication(traces, [type], (traceparent) => this.publish(event, endpoint.id, traceparent))
      : this.publish(event, endpoint.id, null));
    this.audit.record({ action: 'endpoint.tested', tenantId, endpointId: id, actor, request });
    const waitsForOutcome = waitMs > 0 && endpoint.state === 'active';
    const isDone = (found: WebhookDeliveryDetail | null): boolean =>
      found !== null && (!waitsForOutcome || found.attemptCount > 0 || found.finishedAt !== null);
    const delivery = await this.waiter.waitUntil(
      Math.min(waitMs || RELAY_WAIT_MS, MAX_TEST_WAIT_MS),
      () => this.find(tenantId, event.uuid),
      isDone,
    );
    return { eventId: encodeId('evt', event.uuid), delivery };
  }

  private async publish(
    { uuid, tenantId, type, subject, data }: WebhookEvent,
    endpointId: string,
    traceparent: string | null,
  ): Promise<void> {
    await this.store.transaction(async (tx) => {
      const fields = { occurredAt: null, source: null, callbackUrl: null, idempotencyKey: null, test: true };
      const event = { uuid, tenantId, type, subject, data: JSON.stringify(data), endpointId, ...fields };
      await tx.insertEvents([event], traceparent);
    });
  }

  /** The event. Throws a 422 if the profile renders no request for it: the caller would wait for nothing. */
  private compose(
    profile: Profile,
    type: string,
    tenantId: string,
    data: Record<string, unknown> | undefined,
  ): WebhookEvent {
    const uuid = newUuid();
    const event = isCatalogueType(type)
      ? eventExample(type, { uuid, tenantId, occurredAt: Date.now() })
      : ownEventExample(type, this.exampleData(profile, type), { uuid, tenantId });
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
        message: `data does not fit an event of the type ${type}: see the example that GET …/event-types shows, or leave data out.`,
      });
    }
    if (requests === 0) throw this.unknownType(profile, type);
    return event;
  }

  /** Returns example data of an event type that is not in the catalogue. Throws a 422 if there is no such type. */
  private exampleData(profile: Profile, type: string): unknown {
    const { eventTypes, allowUnknownEventTypes } = this.settings;
    if (!isEventType(type)) throw this.unknownType(profile, type);
    const own = eventTypes.find(({ name }) => name === type);
    if (own) return own.example;
    if (!allowUnknownEventTypes && type !== profile.testType) throw this.unknownType(profile, type);
    return catalogueEntry('webhook.test').example;
  }

  private unknownType(profile: Profile, type: string): Error {
    const known = profile.registration.eventNames ?? knownTypes(this.settings.eventTypes);
    const message = unknownEvent(profile.name, type, known);
    return unprocessable({ field: 'type', code: 'unknown_event', message });
  }

  private async find(tenantId: string, eventUuid: string): Promise<WebhookDeliveryDetail | null> {
    const [id] = await this.log.listIdsByEvent(tenantId, eventUuid);
    return id ? this.log.get(tenantId, id) : null;
  }
}

/**
 * The type of the event that a test sends to an endpoint.
 *
 * @param events what the endpoint subscribes to
 * @param asked an event name of the profile. Default: the profile's `testType`. If the endpoint subscribes to types in
 *   `testTypes`, but not to `testType`, the default is the first of these types
 * @returns a type of the catalogue or the host's own; `null` if the profile has no event of this name
 */
export function chooseTestType(profile: Profile, events: readonly string[], asked?: string): string | null {
  const { testTypes, testType } = profile;
  if (!testTypes) return asked ?? testType;
  if (asked !== undefined) return Object.hasOwn(testTypes, asked) ? testTypes[asked]! : null;
  const subscribed = events.flatMap((name) => (Object.hasOwn(testTypes, name) ? [testTypes[name]!] : []));
  return subscribed.length === 0 || subscribed.some((type) => type === testType) ? testType : subscribed[0]!;
}
