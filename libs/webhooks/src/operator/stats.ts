import { Inject, Injectable } from '@nestjs/common';
import { Dispatcher } from '../engine/dispatcher.js';
import { Retention } from '../engine/maintenance/retention.js';
import type { OutcomeCounts } from '../engine/record/outcome-tally.js';
import { type HttpTransport, TRANSPORT, type TransportStats } from '../http/transport.js';
import type { Progress } from '../store/jobs/progress.js';
import type { SetupStore } from '../store/setup-store.js';
import { STORE } from '../store/store.js';

export interface WebhookStats {
  /** Events that wait for the relay, counted up to 10,000. */
  unrelayed: number;
  /** Lanes that are due now, counted up to 10,000. */
  dueLanes: number;
  /** Deliveries that are due now, counted up to 10,000. */
  due: number;
  /** Age (ms) of the oldest due delivery or unrelayed event; `0` if there is none. */
  lagMs: number;
  /**
   * How long (ms) the oldest unrelayed event, or the queue that has been due for longest, has waited for a worker; `0` if
   * nothing waits. Endpoints that are slow, fail or have limits do not raise this value.
   */
  waitMs: number;
  /** Requests in flight in this process. */
  inFlight: number;
  /** Number of leases of all workers. */
  leases: number;
  /** Outcomes that this process has recorded since it started. */
  recorded: OutcomeCounts;
  http: TransportStats;
  /**
   * How far this process has come with old deliveries in the current or latest round of maintenance. `null`: there was no
   * round yet, or the option is `false`.
   */
  retention: {
    /** Deliveries that are deleted (`retention.keepMs`). */
    deliveries: Progress | null;
    /** Deliveries whose body is erased (`retention.keepBodiesMs`). */
    bodies: Progress | null;
  };
}

/** Reads the figures for `WebhooksService.stats()`. */
@Injectable()
export class StatsReader {
  constructor(
    @Inject(STORE) private readonly store: SetupStore,
    private readonly dispatcher: Dispatcher,
    private readonly retention: Retention,
    @Inject(TRANSPORT) private readonly transport: HttpTransport,
  ) {}

  async read(): Promise<WebhookStats> {
    return {
      ...(await this.store.readQueueFigures()),
      inFlight: this.dispatcher.inFlight,
      recorded: { ...this.dispatcher.counts },
      http: this.transport.stats(),
      retention: { deliveries: this.retention.deleting.progress, bodies: this.retention.erasing.progress },
    };
  }
}
