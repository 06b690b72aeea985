import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { badRequest } from '../core/request-error.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import { STORE } from '../store/store.js';
import { checkTexts, pageSize } from '../validation/list-query.js';
import { DeliveryLog } from './delivery-log.js';
import { type EventReport, toEventReport } from './event-report.js';

/** Explains what became of everything about one subject, such as a message. */
@Injectable()
export class WebhookSubjects {
  /** @internal The module constructs this class. */
  constructor(
    @Inject(STORE) private readonly store: DeliveryStore,
    private readonly log: DeliveryLog,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * The events of a subject, newest first, each with its deliveries, and with the endpoints that did not get it and why.
   * Throws a 400 for a wrong cursor or subject.
   */
  async list(
    tenantId: string,
    subject: string,
    { limit, cursor }: { limit?: number; cursor?: string } = {},
  ): Promise<Page<EventReport>> {
    checkTexts({ subject });
    if (cursor !== undefined && !/^[1-9]\d{0,17}$/.test(cursor)) {
      const message = 'cursor must be the nextCursor of another page.';
      throw badRequest({ field: 'cursor', code: 'invalid', message });
    }
    const size = pageSize(limit);
    const found = await this.store.listSubjectEvents(tenantId, subject, size + 1, cursor);
    if (found.length === 0) return { data: [], nextCursor: null };
    const events = found.slice(0, size);
    const sequences = events.map(({ sequence }) => sequence);
    const oldest = Math.min(...events.map(({ createdAt }) => createdAt));
    const deliveries = await this.log.listByEvents(tenantId, sequences);
    const endpoints = await this.store.listEndpointsExistingAfter(tenantId, oldest);
    const unrelayed = await this.store.listUnrelayed(sequences);
    const data = events.map((event) => {
      const own = deliveries.filter(({ sequence }) => sequence === event.sequence);
      const reached = new Set(own.map(({ endpointId }) => endpointId));
      const others = endpoints.filter(
        ({ id, deletedAt }) =>
          !reached.has(encodeId('wh', id)) && (deletedAt === null || deletedAt >= event.createdAt),
      );
      const relayed = !unrelayed.has(event.sequence);
      const shown = own.map(({ sequence: _, ...delivery }) => delivery);
      return toEventReport({ event, relayed, deliveries: shown, others }, this.settings);
    });
    return { data, nextCursor: found.length > size ? sequences.at(-1)! : null };
  }
}
