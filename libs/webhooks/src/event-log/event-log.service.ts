import { Inject, Injectable } from '@nestjs/common';
import type { CallContext, ReadContext } from '../core/call-context.js';
import { decodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { tryParseJson } from '../core/parse-json.js';
import { notFound } from '../core/request-error.js';
import { toDelivery } from '../deliveries/delivery.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import type { EventLogStore } from '../store/jobs/event-log-store.js';
import { STORE } from '../store/store.js';
import { boundTo } from '../store/transactions.js';
import { type EventFilter, toEventSearch, writeCursor } from './event-filter.js';
import { type LoggedEvent, type LoggedEventDetail, toLoggedEvent } from './logged-event.js';
import { EventReplay, type ReplayResult } from './event-replay.js';
import type { ReplayEvents } from './replay-events.dto.js';

const MAX_DELIVERIES = 100;

/** A tenant's published events, until retention deletes them. Another tenant's events are a 404. */
@Injectable()
export class WebhookEventLog {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: EventLogStore & DeliveryStore,
    private readonly replays: EventReplay,
  ) {}

  /**
   * Lists events without their data, newest first. With `type`, a page examines at most 2,000 events: it may be short or empty
   * and still have a cursor.
   *
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or filter
   */
  async list(
    tenantId: string,
    filter: EventFilter = {},
    { tx }: ReadContext = {},
  ): Promise<Page<LoggedEvent>> {
    const { events, next } = await boundTo(this.store, tx).listTenantEvents(tenantId, toEventSearch(filter));
    return { data: events.map(toLoggedEvent), nextCursor: next && writeCursor(next) };
  }

  /**
   * One event (`evt_…`) with its data and at most 100 of its deliveries.
   *
   * @throws WebhooksRequestError 404 `event_not_found`
   */
  async get(tenantId: string, id: string, { tx }: ReadContext = {}): Promise<LoggedEventDetail> {
    const store = boundTo(this.store, tx);
    const uuid = decodeId('evt', id);
    const event = uuid === null ? null : await store.findEvent(tenantId, uuid);
    if (!event) throw notFound('event');
    const limits = { perEvent: MAX_DELIVERIES + 1, total: MAX_DELIVERIES + 1 };
    const deliveries = await store.listDeliveriesOfEvents(tenantId, [event.sequence], limits);
    return {
      ...toLoggedEvent(event),
      data: tryParseJson(event.data) ?? null,
      deliveries: deliveries.slice(0, MAX_DELIVERIES).map(toDelivery),
      hasMoreDeliveries: deliveries.length > MAX_DELIVERIES,
    };
  }

  /**
   * Starts a job that creates deliveries of past events in a range of time. The job replays the events that the endpoint is
   * subscribed to now, except events that already have a delivery to the endpoint: for those, use retry or recover. With
   * `dryRun`, there is no job: the events to replay are only counted. Test events are left out, and so are events
   * whose callback URL replaces the endpoints. Workers do the job in passes: see {@link WebhookJobs.get}.
   *
   * @param endpointId `wh_…`
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong range, 404 `endpoint_not_found`. Without `dryRun`, also 409
   * `endpoint_closed` if the endpoint is disabled, and 409 `replay_running` if a replay to it is running
   */
  replay(
    tenantId: string,
    endpointId: string,
    input: ReplayEvents,
    context?: Omit<CallContext, 'tx'>,
  ): Promise<ReplayResult> {
    return this.replays.replay(tenantId, endpointId, input, context);
  }
}
