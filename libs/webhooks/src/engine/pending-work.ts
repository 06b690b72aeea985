import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { WorkCheck } from '../store/lane-store.js';
import { SMALL_BATCH } from '../store/lane-rules.js';
import type { WrittenEvent } from '../store/outbox-store.js';
import type { CommittedWork, LocalCommit } from '../store/store.js';
import type { ClaimResult } from './claim/lane-claimer.js';
import { Dispatcher } from './dispatcher.js';
import type { RelayResult } from './relay/relay.js';

/** While there is little room, events wait for outcomes to make more, but not longer than this, ms. */
export const MAX_RELAY_DELAY_MS = 250;
/** A relay does not wait if there is room for so many deliveries for each slot. */
const ROOM_PER_SLOT = 8;

/** What is known to be there for this worker, events to relay and lanes to claim from, and whether it is time for them. */
@Injectable()
export class PendingWork {
  private events = false;
  /** Of these, a commit told of some. */
  private announcedEvents = false;
  /** All of them, if commits here wrote them; `null`: there may be others. */
  private written: WrittenEvent[] | null = [];
  private lanes = false;
  /** A commit made lanes due or closed them, which no check has seen yet. */
  private unseenLanes = false;
  // On the process's monotonic clock, ms.
  /** When the first lane is due, as the last check has seen it. */
  private dueAt = Infinity;
  private relayedAt = 0;
  private claimedAt = 0;

  constructor(
    private readonly dispatcher: Dispatcher,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** There are events to relay. */
  get hasEvents(): boolean {
    return this.events;
  }

  /** A commit since the last relay wrote events. */
  get hasAnnouncedEvents(): boolean {
    return this.announcedEvents;
  }

  /** There are lanes to claim from. */
  get hasLanes(): boolean {
    return this.lanes || this.dispatcher.intake.hasClaimableLanes || performance.now() >= this.dueAt;
  }

  /** A commit, in this process or announced by another one, has left work. */
  noteCommit({ events, lanes, written = null }: CommittedWork & Partial<LocalCommit>): void {
    if (events) this.addWritten(written);
    this.events ||= events;
    this.announcedEvents ||= events;
    this.unseenLanes ||= lanes;
  }

  /** Has a commit changed lanes since the last call? Only a check can tell when they are due. */
  takeLaneChange(): boolean {
    const changed = this.unseenLanes;
    this.unseenLanes = false;
    return changed;
  }

  noteChecked({ hasEvents, dueInMs }: WorkCheck): void {
    if (hasEvents) this.addWritten(null);
    this.events ||= hasEvents;
    this.lanes ||= dueInMs === 0;
    this.dueAt = dueInMs === null ? Infinity : performance.now() + dueInMs;
  }

  /** Before a relay: what commits while it runs is for the next one. Returns the events, if commits here wrote all of them. */
  noteRelayBegins(): WrittenEvent[] | null {
    const { written } = this;
    this.events = false;
    this.announcedEvents = false;
    this.written = [];
    return written;
  }

  noteRelayed({ hasMore, hasWaiting }: RelayResult): void {
    this.relayedAt = performance.now();
    if (hasMore) this.addWritten(null);
    this.events ||= hasMore;
    this.lanes ||= hasWaiting;
  }

  /** Before a claim: lanes that get room while it runs are for the next one. */
  noteClaimBegins(): void {
    this.lanes = false;
    this.dueAt = Infinity;
    this.claimedAt = performance.now();
  }

  noteClaimed({ hasMoreLanes }: ClaimResult): void {
    this.lanes ||= hasMoreLanes;
  }

  private addWritten(events: readonly WrittenEvent[] | null): void {
    const all = this.written && events ? [...this.written, ...events] : null;
    this.written = all && all.length < SMALL_BATCH ? all : null;
  }

  /** Relaying a few events at a time costs most: it waits for room, but not for long. */
  mayRelay(): boolean {
    return (
      this.dispatcher.intake.claimableCount >= this.settings.slots * ROOM_PER_SLOT ||
      performance.now() - this.relayedAt > MAX_RELAY_DELAY_MS
    );
  }

  /** A claim costs the same for few deliveries as for many: it waits for room, but not for long. */
  mayClaim(): boolean {
    return (
      this.dispatcher.intake.shouldClaim ||
      (this.dispatcher.intake.canClaim && performance.now() - this.claimedAt > this.settings.busyPollMs)
    );
  }
}
