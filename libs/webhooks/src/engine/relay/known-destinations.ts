import type { DestinationRecord, FewEvents, VersionedEvent } from '../../store/outbox-store.js';

/** Maximum number of tenants and destinations to remember. Beyond this number, all are forgotten and read again. */
const MAX_RECORDS = 5_000;

interface KnownTenant {
  version: string;
  records: DestinationRecord[];
}

/**
 * The destinations of tenants as they were last read, with a version for each tenant. When the store relays, it checks the
 * version: if a destination of the tenant has changed meanwhile, the store relays nothing for that tenant.
 */
export class KnownDestinations {
  private readonly tenants = new Map<string, KnownTenant>();
  private count = 0;

  remember({ events, destinations }: FewEvents): void {
    if (this.count > MAX_RECORDS) {
      this.tenants.clear();
      this.count = 0;
    }
    for (const { tenantId, version } of events) {
      this.forget(tenantId);
      this.tenants.set(tenantId, { version, records: [] });
      this.count++;
    }
    for (const record of destinations) this.tenants.get(record.tenantId)!.records.push(record);
    this.count += destinations.length;
  }

  /**
   * Returns the events with the versions of their tenants, and the destinations of these tenants. Returns `null` if the
   * destinations of any of the tenants are unknown.
   */
  of<Event extends { tenantId: string }>(
    events: readonly Event[],
  ): { events: (Event & Pick<VersionedEvent, 'version'>)[]; destinations: DestinationRecord[] } | null {
    const tenants = new Map(events.map(({ tenantId }) => [tenantId, this.tenants.get(tenantId)]));
    const known = [...tenants.values()];
    if (!known.every((tenant) => tenant !== undefined)) return null;
    return {
      events: events.map((event) => ({ ...event, version: tenants.get(event.tenantId)!.version })),
      destinations: known.flatMap(({ records }) => records),
    };
  }

  forget(tenantId: string): void {
    const tenant = this.tenants.get(tenantId);
    if (!tenant) return;
    this.tenants.delete(tenantId);
    this.count -= tenant.records.length + 1;
  }
}
