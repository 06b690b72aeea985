/** Approximate maximum size (bytes) of all large bodies that a worker holds. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/**
 * The large bodies that a worker holds until their outcomes are recorded, by tenant. A tenant must not take more room
 * than it leaves free. So a single tenant gets half of the total, and two tenants get a third each.
 */
export class HeldBodies {
  constructor(
    private total = 0,
    private readonly ofTenants = new Map<string, number>(),
  ) {}

  /** How many more bytes a tenant may hold. */
  roomOf(tenantId: string): number {
    const held = this.ofTenants.get(tenantId) ?? 0;
    return Math.max(0, Math.floor((MAX_HELD_BYTES - this.total - held) / 2));
  }

  /**
   * `bytes`: what `largeBytesOf` returns for a body, or a reservation for several bodies. Small bodies do not count, because
   * their number is limited.
   */
  add(tenantId: string, bytes: number): void {
    if (bytes > 0) this.change(tenantId, bytes);
  }

  remove(tenantId: string, bytes: number): void {
    if (bytes > 0) this.change(tenantId, -bytes);
  }

  /** Returns a copy, to which a budget adds its reservations. */
  copy(): HeldBodies {
    return new HeldBodies(this.total, new Map(this.ofTenants));
  }

  private change(tenantId: string, by: number): void {
    const held = (this.ofTenants.get(tenantId) ?? 0) + by;
    if (held === 0) this.ofTenants.delete(tenantId);
    else this.ofTenants.set(tenantId, held);
    this.total += by;
  }
}
