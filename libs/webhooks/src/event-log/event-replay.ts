import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../core/call-context.js';
import { newUuid, requireEndpointUuid } from '../core/ids.js';
import { parseInstant } from '../core/instants.js';
import { badRequest, conflict, notFound } from '../core/request-error.js';
import { MAX_SCANNED, ReplayReader } from '../engine/replay/replay-reader.js';
import { WebhookAudit } from '../observability/audit.js';
import type { DeliveryStore } from '../store/delivery-store.js';
import type { EndpointStore } from '../store/endpoint-store.js';
import type { EventPlace } from '../store/jobs/event-log-store.js';
import type { JobStore, ReplayRange } from '../store/jobs/job-store.js';
import { STORE } from '../store/store.js';
import { checkTexts } from '../validation/list-query.js';
import { readBody } from '../validation/read-input.js';
import { toJob, type WebhookJob } from './job.js';
import { ReplayEvents } from './replay-events.dto.js';

/** What a replay will do, or with `dryRun` would do. */
export interface ReplayResult {
  dryRun: boolean;
  /** Events of the range that have no delivery to the endpoint, counted among the first 100,000 events of the range. */
  matched: number;
  /** Matched events that the dry run has processed, at most about 10,000. 0 without `dryRun`. */
  done: number;
  /** `matched` minus `done`. */
  left: number;
  /**
   * Deliveries that a replay would create for the events that `done` counts. An event that the endpoint is not subscribed to
   * adds none. 0 without `dryRun`.
   */
  deliveries: number;
  /** The job that does the replay; `null` with `dryRun`. */
  job: WebhookJob | null;
}

const MAX_COUNTED = 100_000;
/** Approximate number of events that a dry run renders. */
const MAX_DRY_RUN = 10_000;

/** Sends past events to an endpoint that was registered later, was disabled, or was not subscribed to the events. */
@Injectable()
export class EventReplay {
  constructor(
    @Inject(STORE) private readonly store: JobStore & DeliveryStore & EndpointStore,
    private readonly reader: ReplayReader,
    private readonly audit: WebhookAudit,
  ) {}

  /**
   * Starts a job that creates deliveries of past events in a range of time. The job replays the events that the endpoint is
   * subscribed to now, except events that already have a delivery to the endpoint. With `dryRun`, there is no job: the events
   * to replay are only counted. Test events are left out, and so are events whose callback URL replaces the endpoints.
   *
   * Throws a 400 for a wrong range, and a 404 for an unknown endpoint. Without `dryRun`, throws a 409 if the endpoint is
   * disabled or a replay to it is running.
   */
  async replay(
    tenantId: string,
    id: string,
    input: ReplayEvents,
    { actor, request }: Omit<CallContext, 'tx'> = {},
  ): Promise<ReplayResult> {
    const { dryRun = false, ...fields } = await readBody(ReplayEvents, input);
    const uuid = requireEndpointUuid(id);
    if (!(await this.store.findEndpoint({ tenantId }, uuid))) throw notFound('endpoint');
    const lane = await this.store.findLane(tenantId, uuid);
    if (!lane) throw notFound('endpoint');
    const range = readRange(fields, lane.now);
    if (lane.state === 'closed' && !dryRun) {
      throw conflict('endpoint_closed', 'This webhook is disabled. Resume it first.');
    }
    const matched = await this.store.countReplayable(tenantId, lane.id, range, MAX_COUNTED);
    if (dryRun) return this.dryRun(lane.id, range, matched);
    const job = await this.start(tenantId, uuid, range, matched);
    const data = { matched, job: job.id };
    this.audit.record({ action: 'endpoint.replayed', tenantId, endpointId: id, actor, request, data });
    return { dryRun, matched, done: 0, left: matched, deliveries: 0, job };
  }

  private async start(
    tenantId: string,
    endpointId: string,
    range: ReplayRange,
    matched: number,
  ): Promise<WebhookJob> {
    const id = newUuid();
    return this.store.transaction(async (tx) => {
      if (!(await tx.insertJob({ id, tenantId, kind: 'replay', endpointId, range, matched }))) {
        throw conflict(
          'replay_running',
          'A replay to this webhook is running. Wait until it is done, or cancel it.',
        );
      }
      return toJob((await tx.findJob(tenantId, id))!);
    });
  }

  private async dryRun(laneId: string, range: ReplayRange, matched: number): Promise<ReplayResult> {
    let done = 0;
    let deliveries = 0;
    let after: EventPlace | null = null;
    const destination = await this.reader.readDestination(laneId);
    if (!destination) throw notFound('endpoint');
    while (done < MAX_DRY_RUN) {
      const batch = await this.reader.readBatch(destination, range, after, MAX_SCANNED);
      done += batch.done;
      deliveries += batch.deliveries.length;
      after = batch.next;
      if (batch.isEnd || batch.mustWait) break;
    }
    return { dryRun: true, matched, done, left: Math.max(0, matched - done), deliveries, job: null };
  }
}

function readRange({ since, until, types, subject }: Omit<ReplayEvents, 'dryRun'>, now: number): ReplayRange {
  checkTexts({ subject });
  const from = parseInstant(since)!;
  // Later events reach the endpoint without the replay.
  const to = until === undefined ? now : Math.min(parseInstant(until)!, now);
  if (to <= from) {
    const message =
      until === undefined
        ? 'since must be in the past.'
        : 'until must be later than since, and since must be in the past.';
    const field = until === undefined ? 'since' : 'until';
    throw badRequest({ field, code: 'out_of_range', message });
  }
  return { since: from, until: to, types, subject };
}
