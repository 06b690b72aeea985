import { Inject, Injectable } from '@nestjs/common';
import {
  DURATION_BOUNDS_MS,
  type EndpointHour,
  FIGURES,
  type Figure,
} from '../../store/figures/figure-store.js';
import type { StoreTransactions } from '../../store/transactions.js';
import { STORE } from '../../store/store.js';
import type { Outcome } from '../send/outcome.js';

const HOUR_MS = 3_600_000;
const place = (figure: Figure): number => FIGURES.indexOf(figure);
const STATUS_NONE = place('status_none');
/** Index: first digit of the status. */
const STATUS_PLACES = [
  STATUS_NONE,
  STATUS_NONE,
  place('status_2xx'),
  place('status_3xx'),
  place('status_4xx'),
  place('status_5xx'),
];
const OUTCOME_PLACES = {
  delivered: place('delivered'),
  pending: place('retried'),
  exhausted: place('exhausted'),
  discarded: place('discarded'),
};
const FIRST_DURATION = place('ms_50');

/**
 * Counts what this worker has recorded, by endpoint and hour of the database's clock, until maintenance adds the counts to the
 * table. The counts are in memory, so that recording an outcome costs nothing extra. A process that is killed loses the counts
 * that are not written yet.
 */
@Injectable()
export class EndpointFigures {
  private current = new Map<string, EndpointHour>();
  private finished: EndpointHour[] = [];

  constructor(@Inject(STORE) private readonly store: StoreTransactions) {}

  /** Adds a recorded outcome. Test events, callbacks, and deliveries that were returned unsent do not count. */
  add({ delivery, state, attempt }: Outcome): void {
    const { endpointId } = delivery.destination;
    if (endpointId === null || delivery.test || (state === 'pending' && attempt === null)) return;
    const { counts } = this.hourOf(endpointId);
    counts[OUTCOME_PLACES[state]]!++;
    if (attempt === null) return;
    const { status, durationMs } = attempt;
    counts[status === null ? STATUS_NONE : (STATUS_PLACES[Math.floor(status / 100)] ?? STATUS_NONE)]!++;
    const bound = DURATION_BOUNDS_MS.findIndex((each) => durationMs <= each);
    counts[FIRST_DURATION + (bound === -1 ? DURATION_BOUNDS_MS.length : bound)]!++;
  }

  /** Removes and returns what was counted. */
  take(): EndpointHour[] {
    const taken = [...this.finished, ...this.current.values()];
    this.current = new Map();
    this.finished = [];
    return taken;
  }

  /** Takes back what {@link take} returned, if writing it failed. The next call of `take` returns it again. */
  putBack(hours: readonly EndpointHour[]): void {
    this.finished.push(...hours);
  }

  private hourOf(endpointId: string): EndpointHour {
    const hour = Math.floor(this.store.now() / HOUR_MS) * HOUR_MS;
    const found = this.current.get(endpointId);
    if (found?.hour === hour) return found;
    if (found) this.finished.push(found);
    const begun = { endpointId, hour, counts: FIGURES.map(() => 0) };
    this.current.set(endpointId, begun);
    return begun;
  }
}
