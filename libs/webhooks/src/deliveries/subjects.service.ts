import { Inject, Injectable } from '@nestjs/common';
import { Session } from '../store/postgres/connection/session.js';
import { DeliveryLog } from './delivery-log.js';
import type { WebhookDelivery } from './delivery.js';
import { WebhookEndpointRow } from '../store/schema/endpoint.entity.js';
import { WebhookEventRow } from '../store/schema/event.entity.js';
import type { WebhookEvent } from '../events/event.js';
import { encodeId } from '../core/ids.js';
import type { Page } from '../core/page.js';
import { checkTexts, pageSize } from '../validation/list-query.js';
import type { EndpointState } from '../core/states.js';
import { tryParseJson } from '../core/parse-json.js';
import { requireTenant } from '../core/tenant.js';
import type { Profile, WireEvent } from '../profiles/profile.js';
import { badRequest } from '../core/request-error.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import { explainMismatch, type Mismatch } from '../events/subscription.js';

/** An endpoint that did not get an event. */
export interface SkippedEndpoint {
  /** `wh_…` */
  endpointId: string;
  url: string;
  description: string | null;
  state: EndpointState;
  /** As configured now; `null`: it would get it now, and was registered or changed since. */
  reason: Mismatch | null;
  /** For people. */
  explanation: string;
}

/** What became of one event. Instants are RFC 3339 in UTC. */
export interface EventReport {
  /** `evt_…` */
  id: string;
  /** Larger is later. */
  sequence: string;
  type: string;
  test: boolean;
  occurredAt: string;
  createdAt: string;
  /** It has become deliveries, as far as anybody was to get it. */
  relayed: boolean;
  deliveries: WebhookDelivery[];
  skipped: SkippedEndpoint[];
}

const EXPLANATIONS: Record<Mismatch, (endpoint: WebhookEndpointRow) => string> = {
  deleted: () => 'This webhook was deleted.',
  disabled: ({ stateReason }) => `This webhook is disabled (${stateReason ?? 'no reason on record'}).`,
  'test-for-another-endpoint': () => 'The event was a test of another webhook.',
  'callback-instead': () =>
    'The message had a callback URL of its own, which takes the place of the webhooks.',
  'created-later': () => 'This webhook was registered after the event.',
  'profile-cannot-express': ({ profile }) => `The profile ${profile} has no words for this type of event.`,
  events: ({ events }) => `This webhook takes other events (${events.join(', ')}).`,
  'phone-numbers': () => "The account's number in this event is not among the phone numbers of this webhook.",
};

/** Answers "why did I not get it?" for everything about one message. */
@Injectable()
export class WebhookSubjects {
  constructor(
    private readonly database: Session,
    private readonly log: DeliveryLog,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The events of a subject, the newest first, each with its deliveries and with who did not get it, and why. */
  async list(
    tenantId: string,
    subject: string,
    { limit, cursor }: { limit?: number; cursor?: string } = {},
  ): Promise<Page<EventReport>> {
    checkTexts({ subject });
    const size = pageSize(limit);
    const rows = await this.events(tenantId, subject, size + 1, cursor);
    const events = rows.slice(0, size);
    const deliveries = await this.log.listByEvents(
      tenantId,
      events.map(({ sequence }) => sequence),
    );
    const endpoints = await this.endpoints(tenantId, events);
    const waiting = await this.unrelayed(events);
    const data = events.map((event) => {
      const own = deliveries.filter(({ sequence }) => sequence === event.sequence);
      const reached = new Set(own.map(({ endpointId }) => endpointId));
      const others = endpoints.filter(
        ({ id, deletedAt }) =>
          !reached.has(encodeId('wh', id)) && (deletedAt === null || deletedAt >= event.createdAt),
      );
      return this.report(
        event,
        own.map(({ sequence: _, ...delivery }) => delivery),
        others,
        !waiting.has(event.sequence),
      );
    });
    return { data, nextCursor: rows.length > size ? events.at(-1)!.sequence : null };
  }

  private async events(
    tenantId: string,
    subject: string,
    limit: number,
    cursor?: string,
  ): Promise<WebhookEventRow[]> {
    const query = this.database.dataSource.manager
      .createQueryBuilder(WebhookEventRow, 'e')
      .where('e.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
      .andWhere('e.subject = :subject', { subject })
      .orderBy('e.sequence', 'DESC')
      .limit(limit);
    if (cursor !== undefined) {
      if (!/^[1-9]\d{0,17}$/.test(cursor)) {
        throw badRequest({
          field: 'cursor',
          code: 'invalid',
          message: 'cursor must be the nextCursor of another page.',
        });
      }
      query.andWhere('e.sequence < :cursor', { cursor });
    }
    return query.getMany();
  }

  /** Numbers of the events that are not relayed yet. */
  private async unrelayed(events: readonly WebhookEventRow[]): Promise<Set<string>> {
    const rows = await this.database.query<{ sequence: string }>(
      `select sequence from ${this.database.tables.unrelayed} where sequence = any($1::bigint[])`,
      [events.map(({ sequence }) => sequence)],
    );
    return new Set(rows.map(({ sequence }) => sequence));
  }

  /** The tenant's endpoints; of the deleted ones those that were there when the oldest of these events came. */
  private async endpoints(
    tenantId: string,
    events: readonly WebhookEventRow[],
  ): Promise<WebhookEndpointRow[]> {
    if (events.length === 0) return [];
    return this.database.dataSource.manager
      .createQueryBuilder(WebhookEndpointRow, 'w')
      .where('w.tenantId = :tenantId', { tenantId: requireTenant(tenantId) })
      .andWhere('(w.deletedAt is null or w.deletedAt >= :oldest)', {
        oldest: Math.min(...events.map(({ createdAt }) => createdAt)),
      })
      .orderBy('w.createdAt', 'ASC')
      .addOrderBy('w.id', 'ASC')
      .getMany();
  }

  private report(
    row: WebhookEventRow,
    deliveries: WebhookDelivery[],
    others: readonly WebhookEndpointRow[],
    relayed: boolean,
  ): EventReport {
    const event = toEvent(row);
    const rendered = new Map<string, readonly WireEvent[]>();
    const skipped = others.map((endpoint): SkippedEndpoint => {
      const { id, url, description, state, profile: name } = endpoint;
      if (!rendered.has(name)) rendered.set(name, render(this.settings.profiles.get(name), event));
      const { callbackMode } = this.settings;
      const reason = explainMismatch(
        { ...event, endpointId: row.endpointId },
        endpoint,
        rendered.get(name)!,
        callbackMode,
      );
      const explanation = reason
        ? EXPLANATIONS[reason](endpoint)
        : !relayed
          ? 'It will get it: the event is waiting to be handed out.'
          : 'It would get it is set up now, which it was not when the event came.';
      return { endpointId: encodeId('wh', id), url, description, state, reason, explanation };
    });
    return {
      id: encodeId('evt', row.id),
      sequence: row.sequence,
      type: row.type,
      test: row.test,
      occurredAt: new Date(row.occurredAt).toISOString(),
      createdAt: new Date(row.createdAt).toISOString(),
      relayed,
      deliveries,
      skipped,
    };
  }
}

function toEvent({ id, data, ...row }: WebhookEventRow): WebhookEvent {
  return { ...row, uuid: id, data: tryParseJson(data) };
}

/** What a profile makes of an event; nothing where the host dropped the profile or the data is not of the event's type. */
function render(profile: Profile | undefined, event: WebhookEvent): readonly WireEvent[] {
  try {
    return profile?.render(event) ?? [];
  } catch {
    return [];
  }
}
