import type { RelayResult } from './relay/relay.js';
import { Standby } from './standby.js';

describe('A worker that gets announcements', () => {
  let now: number;
  let isBusy: boolean;
  let standby: Standby;
  beforeEach(() => {
    now = 0;
    isBusy = false;
    standby = new Standby(
      () => isBusy,
      () => now,
      () => 0,
    );
  });

  function announce(count: number): void {
    for (let i = 0; i < count; i++) standby.noteAnnounced();
  }

  function relay(relayed: number, { isEmpty = relayed === 0, hasMore = false } = {}): void {
    standby.noteRelayBegins();
    standby.noteRelayed({
      relayed,
      isEmpty,
      hasMore,
      created: [],
      leased: [],
      hasWaiting: false,
    } as RelayResult);
  }

  /** Other workers relay an announced event before this worker looks for it. Returns how long (ms) this worker waited. */
  function lose(): number {
    announce(1);
    const waited = standby.msUntilLook;
    now += waited;
    relay(0);
    return waited;
  }

  it('relays announced events at once, as long as no other worker relays any of them', () => {
    for (let i = 0; i < 3; i++) {
      announce(1);
      expect(standby.hasEvents).toBe(true);
      relay(1);
      expect(standby.hasEvents).toBe(false);
    }
  });

  it('does not stand by if it has relayed the announced events itself, before they were announced', () => {
    announce(1);
    relay(3);
    for (let i = 0; i < 2; i++) {
      announce(1);
      expect(standby.hasEvents).toBe(true);
      relay(0);
    }
    expect(standby.isActive).toBe(false);
  });

  it('stands by when other workers have relayed the events: it waits a moment, and then looks once for the events of several announcements', () => {
    announce(1);
    relay(0);
    announce(1);
    expect(standby.hasEvents).toBe(false);
    expect(standby.msUntilLook).toBe(10);
    now += 9;
    announce(5);
    expect(standby.hasEvents).toBe(false);
    now += 1;
    expect(standby.hasEvents).toBe(true);
    relay(0);
    expect(standby.msUntilLook).toBe(Infinity);
  });

  it('waits longer each time that other workers were quicker, up to a limit, and starts over after a silence', () => {
    announce(1);
    relay(0);
    expect(Array.from({ length: 6 }, lose)).toEqual([10, 20, 40, 80, 100, 100]);
    now += 1_001;
    expect(lose()).toBe(10);
  });

  it('stands by although more events were announced during the relay that found nothing', () => {
    announce(1);
    standby.noteRelayBegins();
    announce(1);
    standby.noteRelayed({ relayed: 0, isEmpty: true, hasMore: false } as RelayResult);
    expect(standby.hasEvents).toBe(false);
    expect(standby.msUntilLook).toBe(10);
  });

  it('keeps standing by if other workers have relayed some of the events, and stops standing by if they have relayed none', () => {
    announce(1);
    relay(0);
    announce(5);
    relay(1);
    expect(standby.isActive).toBe(true);
    announce(5);
    relay(5);
    expect(standby.isActive).toBe(false);
    announce(1);
    expect(standby.hasEvents).toBe(true);
  });

  it('waits longer while it is busy than while it stands by, and relays at once when it is free', () => {
    isBusy = true;
    announce(1);
    expect(standby.hasEvents).toBe(false);
    expect(standby.msUntilLook).toBe(110);
    isBusy = false;
    expect(standby.hasEvents).toBe(true);
    relay(1);
    expect(standby.msUntilLook).toBe(Infinity);
  });

  it('relays events that a poll has found and nobody has announced', () => {
    announce(1);
    relay(0);
    standby.lookLater();
    now += 10;
    expect(standby.hasEvents).toBe(true);
    relay(1);
    expect(standby.isActive).toBe(false);
  });

  it('looks again for events that another worker holds, without another announcement', () => {
    announce(1);
    relay(0, { isEmpty: false });
    expect(standby.msUntilLook).toBe(10);
    now += 10;
    relay(0, { isEmpty: false });
    expect(standby.msUntilLook).toBe(10);
    now += 10;
    relay(1);
    expect(standby.msUntilLook).toBe(Infinity);
    expect(standby.isActive).toBe(false);
  });

  it('does not stand by while it relays events that do not fit into one batch', () => {
    announce(20);
    relay(10, { hasMore: true });
    expect(standby.isActive).toBe(false);
    relay(10);
    expect(standby.isActive).toBe(false);
  });
});
