import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../../config/settings.js';
import type { EventPlace } from '../../store/jobs/event-log-store.js';
import type { JobStore, ReplayRange } from '../../store/jobs/job-store.js';
import type { OutboxStore } from '../../store/outbox-store.js';
import { STORE } from '../../store/store.js';
import type { Destination } from '../destinations/destination.js';
import { DestinationReader } from '../destinations/destination-reader.js';
import { EventRenderer } from '../relay/event-renderer.js';
import { fanOutToEndpoints, type NewDelivery } from '../relay/fan-out.js';

/** Maximum size (bytes) of the data that one batch renders. The first event is rendered whatever its size. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/** Maximum number of events that one batch reads. This is more than it renders, because most events may not match. */
export const MAX_SCANNED = 500;

/** A batch of past events, as deliveries to one endpoint. */
export interface ReplayBatch {
  /** Events that fit the range and had no delivery. */
  done: number;
  deliveries: NewDelivery[];
  /** Where the next batch continues. */
  next: EventPlace | null;
  isEnd: boolean;
  /** The next event is not relayed yet, so the relay creates its deliveries. */
  mustWait: boolean;
}

/**
 * Reads events of the past, and fans them out to one endpoint as the relay does. Unlike the relay, it includes events that
 * were published before the endpoint was registered.
 */
@Injectable()
export class ReplayReader {
  constructor(
    @Inject(STORE) private readonly store: JobStore & OutboxStore,
    private readonly reader: DestinationReader,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Where a lane delivers to; `undefined` if the lane no longer exists. */
  async readDestination(laneId: string, store: OutboxStore = this.store): Promise<Destination | undefined> {
    return (await this.reader.readByLanes([laneId], store)).get(laneId);
  }

  /** @param maxEvents maximum number of events to render */
  async readBatch(
    destination: Destination,
    range: ReplayRange,
    after: EventPlace | null,
    maxEvents: number,
    store: JobStore = this.store,
  ): Promise<ReplayBatch> {
    const { laneId, tenantId } = destination;
    const scanned = await store.scanEvents(tenantId, laneId, range, after, MAX_SCANNED);
    const chosen: string[] = [];
    let bytes = 0;
    let looked = 0;
    for (const event of scanned) {
      if (!event.isRelayed) break;
      if (event.isCandidate) {
        bytes += event.bytes;
        if (chosen.length === maxEvents || (chosen.length > 0 && bytes > MAX_BATCH_BYTES)) break;
        chosen.push(event.sequence);
      }
      looked++;
    }
    // A pass locks the events, so that an erasure waits for the pass's transaction.
    const lock = store !== this.store;
    const events = chosen.length > 0 ? await store.readEvents(chosen, { lock }) : [];
    const renderer = new EventRenderer();
    const past = [{ ...destination, createdAt: 0 }];
    return {
      done: chosen.length,
      deliveries: events.flatMap((event) =>
        fanOutToEndpoints(event, past, renderer, this.settings.callbackMode),
      ),
      next: looked > 0 ? scanned[looked - 1]! : after,
      isEnd: looked === scanned.length && looked < MAX_SCANNED,
      mustWait: looked === 0 && scanned.length > 0,
    };
  }
}
