import { Inject, Injectable } from '@nestjs/common';
import type { ReadContext } from '../core/call-context.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { Page } from '../core/page.js';
import type {
  DeliveryRecord,
  DeliveryStore,
  SubjectEvent,
  SubscriberRecord,
  Subscribers,
} from '../store/delivery-store.js';
import { STORE } from '../store/store.js';
import { boundTo } from '../store/transactions.js';
import { checkTexts, pageSize, wrongCursor } from '../validation/list-query.js';
import { ByteBudget } from './byte-budget.js';
import { type EventReport, type ReportedEvent, toEventReport } from './event-report.js';

/** Maximum events per page. */
const MAX_EVENTS = 20;
/** Maximum size (bytes) of the event data of a page. The size is limited, because each event is rendered. */
const MAX_DATA_BYTES = 256 * 1024;
/** Maximum deliveries per event. */
const MAX_DELIVERIES_OF_EVENT = 100;
/** Maximum number of deliveries that are read for a page. */
const MAX_DELIVERIES = 200;
/** Maximum size (bytes of JSON) of the deliveries and skipped endpoints of a page. */
const MAX_BYTES = 900_000;

/** Which events of a subject a list contains. */
export interface SubjectQuery {
  /** Events in one page, at most 20, which is the default. */
  limit?: number;
  /** `nextCursor` of the previous page. */
  cursor?: string;
}

/** Lists the events of a subject with their deliveries and skipped endpoints. */
@Injectable()
export class WebhookSubjects {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: DeliveryStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The events of a subject, newest first, each with its deliveries. The endpoints that did not get an event are listed
   * with it, each with the reason. A page has at most 20 events and at most one megabyte. It may contain fewer events than
   * `limit` and still have a cursor. An event that is too large for one page says so (`hasMoreDeliveries`,
   * `hasMoreSkipped`). A deleted endpoint that never had a delivery is listed for one hour after its deletion.
   *
   * @param subject the `subject` of the published events, such as a message's id
   * @throws WebhooksRequestError 400 `invalid_request` for a wrong cursor or subject
   */
  async list(
    tenantId: string,
    subject: string,
    { limit, cursor }: SubjectQuery = {},
    { tx }: ReadContext = {},
  ): Promise<Page<EventReport>> {
    checkTexts({ subject });
    if (cursor !== undefined && !/^[1-9]\d{0,17}$/.test(cursor)) throw wrongCursor();
    const store = boundTo(this.store, tx);
    const { events, hasMore } = await store.listSubjectEvents(tenantId, subject, {
      limit: Math.min(pageSize(limit), MAX_EVENTS),
      before: cursor,
      maxDataBytes: MAX_DATA_BYTES,
    });
    if (events.length === 0) return { data: [], nextCursor: null };
    const data = await this.report(store, tenantId, events);
    const isLast = !hasMore && data.length === events.length;
    return { data, nextCursor: isLast ? null : data.at(-1)!.sequence };
  }

  /** The reports of the first events: as many as fit into one page, but at least one. */
  private async report(
    store: DeliveryStore,
    tenantId: string,
    events: readonly SubjectEvent[],
  ): Promise<EventReport[]> {
    const sequences = events.map(({ sequence }) => sequence);
    const unrelayed = await store.listUnrelayed(sequences);
    const limits = { perEvent: MAX_DELIVERIES_OF_EVENT + 1, total: MAX_DELIVERIES };
    const found = await store.listDeliveriesOfEvents(tenantId, sequences, limits);
    const times = events.map(({ createdAt }) => createdAt);
    const range = { from: Math.min(...times), to: Math.max(...times) };
    const subscribers = await store.listSubscribers(tenantId, range);
    const budget = new ByteBudget(MAX_BYTES);
    const reports: EventReport[] = [];
    // If `found` is cut off, the event of its last delivery may lack deliveries, and so may all events after it. These events
    // are left to the next page.
    const isCut = found.length === MAX_DELIVERIES;
    const complete = isCut ? sequences.indexOf(found.at(-1)!.eventSequence) : events.length;
    for (const event of events.slice(0, complete)) {
      const deliveries = found.filter(({ eventSequence }) => eventSequence === event.sequence);
      const reported = {
        ...reportDeliveries(event, deliveries, subscribers),
        event,
        relayed: !unrelayed.has(event.sequence),
      };
      const report = toEventReport(reported, this.settings, budget, reports.length === 0);
      if (report === null) break;
      reports.push(report);
    }
    return reports;
  }
}

function reportDeliveries(
  event: SubjectEvent,
  deliveries: readonly DeliveryRecord[],
  subscribers: Subscribers,
): Omit<ReportedEvent, 'event' | 'relayed'> {
  // If deliveries were cut off, other recipients are unknown, so no endpoint is reported as skipped.
  const hasMoreDeliveries = deliveries.length > MAX_DELIVERIES_OF_EVENT;
  const reached = new Set(deliveries.map(({ endpointId }) => endpointId));
  return {
    deliveries: deliveries.slice(0, MAX_DELIVERIES_OF_EVENT),
    hasMoreDeliveries,
    others: hasMoreDeliveries
      ? []
      : subscribers.endpoints.filter((each) => !reached.has(each.id) && isRelevantTo(each, event)),
    hasMoreOthers: hasMoreDeliveries || subscribers.hasMore,
  };
}

function isRelevantTo({ createdAt, deletedAt }: SubscriberRecord, event: SubjectEvent): boolean {
  return deletedAt === null || (createdAt <= event.createdAt && deletedAt >= event.createdAt);
}
