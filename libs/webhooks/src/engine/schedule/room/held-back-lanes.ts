/** Maximum number of lanes to remember. Polling finds what is due in other lanes. */
const MAX_LANES_REMEMBERED = 10_000;

/**
 * Lanes from which a claim got nothing, because subject order holds back all due deliveries until a delivery in flight has
 * ended. A claim tries such a lane again as soon as one of the lane's outcomes is recorded.
 */
export class HeldBackLanes {
  private readonly ids = new Set<string>();

  /** Returns whether any of these lanes was added. */
  add(laneIds: readonly string[]): boolean {
    const before = this.ids.size;
    if (before < MAX_LANES_REMEMBERED) for (const id of laneIds) this.ids.add(id);
    return this.ids.size > before;
  }

  /** Call it when outcomes of these lanes are recorded. Removes and returns those lanes that were held back. */
  release(laneIds: readonly string[]): string[] {
    return this.ids.size === 0 ? [] : laneIds.filter((id) => this.ids.delete(id));
  }
}
