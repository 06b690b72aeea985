import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../../core/line-logger.js';
import type { EndpointHour, FigureStore } from '../../store/figures/figure-store.js';
import { STORE } from '../../store/store.js';
import { EndpointFigures } from '../record/endpoint-figures.js';

const BATCH_SIZE = 500;
const MAX_DELETED_BATCHES_PER_ROUND = 100;
/** A day, plus the current hour. */
const KEPT_MS = 25 * 3_600_000;

/** Writes the endpoint figures that this worker has counted, and deletes figures that are older than a day. */
@Injectable()
export class FigureWriter {
  private readonly logger = new LineLogger('WebhookMaintenance');

  constructor(
    @Inject(STORE) private readonly store: FigureStore,
    private readonly figures: EndpointFigures,
  ) {}

  async runRound(): Promise<void> {
    await this.flush();
    for (let batch = 0; batch < MAX_DELETED_BATCHES_PER_ROUND; batch++)
      if ((await this.store.deleteOldEndpointHours(KEPT_MS)) === 0) return;
  }

  /** If the database does not accept the figures now, they are written later. */
  async flush(): Promise<void> {
    const hours = merged(this.figures.take());
    for (let from = 0; from < hours.length; from += BATCH_SIZE) {
      try {
        await this.store.addEndpointHours(hours.slice(from, from + BATCH_SIZE));
      } catch (error) {
        this.figures.putBack(hours.slice(from));
        this.logger.warn(
          `Writing the figures of endpoints failed, so they are kept for later: ${(error as Error).message}`,
        );
        return;
      }
    }
  }
}

/** One entry for each endpoint and hour: a statement can change a row only once. */
function merged(hours: readonly EndpointHour[]): EndpointHour[] {
  const byKey = new Map<string, EndpointHour>();
  for (const each of hours) {
    const key = `${each.endpointId} ${each.hour}`;
    const same = byKey.get(key);
    if (same) each.counts.forEach((count, index) => (same.counts[index]! += count));
    else byKey.set(key, each);
  }
  return [...byKey.values()];
}
