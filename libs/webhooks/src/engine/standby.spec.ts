import type { RelayResult } from './relay/relay.js';
import { Standby } from './standby.js';

describe('A worker that hears announcements', () => {
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

  /** Others relay what is announced, before this worker looks. Returns how long it waited, ms. */
  function lose(): number {
    announce(1);
    const waited = standby.msUntilLook;
    now += waited;
    relay(0);
    return waited;
  }

  it('relays them at once, as long as it alone does', () => {
    for (let i = 0; i < 3; i++) {
      announce(1);
      expect(standby.hasEvents).toBe(true);
      relay(1);
      expect(standby.hasEvents).toBe(false);
    }
  });

  it('does not take for the work of others what it has relayed before it was told', () => {
    announce(1);
    relay(3);
    for (let i = 0; i < 2; i++) {
      announce(1);
      expect(standby.hasEvents).toBe(true);
      relay(0);
    }
    expect(standby.isActive).toBe(false);
  });

  it('stands by when others have relayed them: it looks a moment after the next, once for all that follow', () => {
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

  it('waits longer each time that others were quicker, up to a limit, and as at first after a silence', () => {
    announce(1);
    relay(0);
    expect(Array.from({ length: 6 }, lose)).toEqual([10, 20, 40, 80, 100, 100]);
    now += 1_001;
    expect(lose()).toBe(10);
  });

  it('stands by also if what it was told of while it relayed is left', () => {
    announce(1);
    standby.noteRelayBegins();
    announce(1);
    standby.noteRelayed({ relayed: 0, isEmpty: true, hasMore: false } as RelayResult);
    expect(standby.hasEvents).toBe(false);
    expect(standby.msUntilLook).toBe(10);
  });

  it('keeps standing by if others have left it some events, and relays at once again if they have left it all of them', () => {
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

  it('leaves them to others while it is busy, for longer than those that stand by, and relays at once when it is free', () => {
    isBusy = true;
    announce(1);
    expect(standby.hasEvents).toBe(false);
    expect(standby.msUntilLook).toBe(110);
    isBusy = false;
    expect(standby.hasEvents).toBe(true);
    relay(1);
    expect(standby.msUntilLook).toBe(Infinity);
  });

  it('takes over what a poll has found, if nobody announced it', () => {
    announce(1);
    relay(0);
    standby.lookLater();
    now += 10;
    expect(standby.hasEvents).toBe(true);
    relay(1);
    expect(standby.isActive).toBe(false);
  });

  it('looks again for what another worker holds, although nobody announces it again', () => {
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

  it('relays what does not fit into one batch by itself', () => {
    announce(20);
    relay(10, { hasMore: true });
    expect(standby.isActive).toBe(false);
    relay(10);
    expect(standby.isActive).toBe(false);
  });
});
