import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { WorkCheck } from '../store/lane-store.js';
import { SMALL_BATCH } from '../store/lane-rules.js';
import type { WrittenEvent } from '../store/outbox-store.js';
import type { CommittedWork, LocalCommit } from '../store/store.js';
import type { ClaimResult } from './claim/lane-claimer.js';
import { Dispatcher } from './dispatcher.js';
import type { RelayResult } from './relay/relay.js';
import { areAll } from './relay/written-events.js';
import { Standby } from './standby.js';

/** If there is little room for deliveries, events wait at most this long (ms) for outcomes that free more room. */
export const MAX_RELAY_DELAY_MS = 250;
/** A relay does not wait if there is room for this many deliveries per slot. */
const ROOM_PER_SLOT = 8;

/** What this worker knows of pending work: events to relay and lanes to claim from, and whether it is time for them. */
@Injectable()
export class PendingWork {
  /** Events that other processes have announced. */
  readonly standby: Standby;
  private events = false;
  /** Some of the events to relay were written by commits in this process. */
  private ownEvents = false;
  /**
   * Events to relay, written by commits in this process. If there are `SMALL_BATCH` of these events, or if the
   * value is `null`, there may be other events to relay.
   */
  private written: WrittenEvent[] | null = [];
  /** The last relay contained only events that commits in this process had written. */
  private isOfWritten = false;
  private lanes = false;
  /** Since the last check, a commit has made lanes due, or has closed lanes. */
  private unseenLanes = false;
  // The instants that follow are ms on the process's monotonic clock.
  /** When the first lane is due, according to the last check. */
  private dueAt = Infinity;
  private relayedAt = 0;
  private claimedAt = 0;

  constructor(
    private readonly dispatcher: Dispatcher,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.standby = new Standby(() => !dispatcher.intake.hasFreeSlot);
  }

  /** There are events to relay. */
  get hasEvents(): boolean {
    return this.events || this.standby.hasEvents;
  }

  /** Since the last relay, a commit in this process has written events. */
  get hasOwnEvents(): boolean {
    return this.ownEvents;
  }

  /** Returns true if events that a check finds are not news: a commit has announced them, or other workers are expected to relay
   * them. */
  get expectsEvents(): boolean {
    return this.ownEvents || this.standby.hasEvents || this.standby.isActive;
  }

  /** There are lanes to claim from. */
  get hasLanes(): boolean {
    return this.lanes || this.dispatcher.intake.hasClaimableLanes || performance.now() >= this.dueAt;
  }

  /** A commit in this process has created work. */
  noteCommit({ events, lanes, written }: LocalCommit): void {
    if (events) this.addWritten(written);
    this.events ||= events;
    this.ownEvents ||= events;
    this.unseenLanes ||= lanes;
  }

  /** Another process has announced work. */
  noteAnnounced({ events, lanes }: CommittedWork): void {
    if (events) this.standby.noteAnnounced();
    this.unseenLanes ||= lanes;
  }

  /** Returns whether a commit has changed lanes since the last call. Only a check can tell when they are due. */
  takeLaneChange(): boolean {
    const changed = this.unseenLanes;
    this.unseenLanes = false;
    return changed;
  }

  noteChecked({ hasEvents, dueInMs }: WorkCheck): void {
    this.lanes ||= dueInMs === 0;
    this.dueAt = dueInMs === null ? Infinity : performance.now() + dueInMs;
    if (!hasEvents) return;
    if (this.standby.isActive) return this.standby.lookLater();
    this.addWritten(null);
    this.events = true;
  }

  /**
   * Call it before a relay: what is committed during the relay is for the next one. Returns events to relay, written
   * by commits in this process. If it returns `SMALL_BATCH` events, or `null`, there may be other events to relay.
   */
  noteRelayBegins(): WrittenEvent[] | null {
    const written = this.standby.hasEvents ? null : this.written;
    this.events = false;
    this.ownEvents = false;
    this.written = [];
    this.isOfWritten = areAll(written);
    if (!this.isOfWritten) this.standby.noteRelayBegins();
    return written;
  }

  noteRelayed(result: RelayResult): void {
    const { hasMore, hasWaiting } = result;
    if (!this.isOfWritten) this.standby.noteRelayed(result);
    this.relayedAt = performance.now();
    if (hasMore) this.addWritten(null);
    this.events ||= hasMore;
    this.lanes ||= hasWaiting;
  }

  /** Call it before a claim: lanes that get room during the claim are for the next one. */
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
    this.written = all && all.slice(0, SMALL_BATCH);
  }

  /** Relaying a few events at a time costs the most per event, so a relay waits for room, but not for long. */
  mayRelay(): boolean {
    return (
      this.dispatcher.intake.claimableCount >= this.settings.slots * ROOM_PER_SLOT ||
      performance.now() - this.relayedAt > MAX_RELAY_DELAY_MS
    );
  }

  /** A claim costs as much for few deliveries as for many, so it waits for room, but not for long. */
  mayClaim(): boolean {
    return (
      this.dispatcher.intake.shouldClaim ||
      (this.dispatcher.intake.canClaim && performance.now() - this.claimedAt > this.settings.busyPollMs)
    );
  }
}
