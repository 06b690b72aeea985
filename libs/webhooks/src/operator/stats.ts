import { Inject, Injectable } from '@nestjs/common';
import { Session } from '../store/postgres/connection/session.js';
import { nowMs } from '../store/postgres/fragments/expressions.js';
import { type HttpTransport, TRANSPORT, type TransportStats } from '../http/transport.js';
import type { OutcomeCounts } from '../engine/record/outcome-tally.js';
import { Dispatcher } from '../engine/dispatcher.js';

/** Deliveries are counted up to this many: more is "very many", and counting must stay cheap. */
const COUNTED = 10_000;

export interface WebhookStats {
  /** Events that wait for the relay, counted up to 10 000. */
  unrelayed: number;
  /** Lanes that want a turn now. */
  dueLanes: number;
  /** Deliveries that are due now, counted up to 10 000. */
  due: number;
  /** Age of the oldest due delivery or unrelayed event, ms; 0 where there is none. */
  lagMs: number;
  /** Requests in flight in this process. */
  inFlight: number;
  /** Leases of all workers. */
  leases: number;
  /** What this process has recorded since it started. */
  recorded: OutcomeCounts;
  http: TransportStats;
}

/** The figures behind `WebhooksService.stats()`. */
@Injectable()
export class StatsReader {
  constructor(
    private readonly database: Session,
    private readonly dispatcher: Dispatcher,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
  ) {}

  async read(): Promise<WebhookStats> {
    const { deliveries, events, lanes, leases } = this.database.tables;
    const [row] = await this.database.query<
      Record<'unrelayed' | 'dueLanes' | 'due' | 'leases', number> & { lagMs: string }
    >(
      `with lane as materialized (
         select id from ${lanes} where state = 'open' and next_due_at <= ${nowMs(1)} order by next_due_at limit ${COUNTED}
       ), waiting as materialized (
         select d.next_at from lane
          cross join lateral (select next_at from ${deliveries} d
                               where d.lane_id = lane.id and d.next_at <= ${nowMs(1)} order by d.retry, d.next_at limit ${COUNTED}) d
          limit ${COUNTED}
       ), unrelayed as materialized (
         select e.created_at from ${this.database.tables.unrelayed} u join ${events} e on e.sequence = u.sequence order by u.sequence limit ${COUNTED}
       )
       select (select count(*)::int from unrelayed) as unrelayed,
              (select count(*)::int from lane) as "dueLanes",
              (select count(*)::int from waiting) as due,
              (select count(*)::int from ${leases}) as leases,
              greatest(0, ${nowMs(1)} - least((select min(created_at) from unrelayed), (select min(next_at) from waiting))) as "lagMs"`,
      [this.database.clockOffset],
    );
    return {
      ...row!,
      lagMs: Number(row!.lagMs ?? 0),
      inFlight: this.dispatcher.inFlight,
      recorded: { ...this.dispatcher.counts },
      http: this.transport.stats(),
    };
  }
}
