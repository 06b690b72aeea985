/** Tells listeners that outcomes were recorded, or that requests that hang have freed their slots. */
export class OutcomeSignal {
  private readonly listeners = new Set<(lanesDue: boolean) => void>();
  private promise!: Promise<void>;
  private resolve!: () => void;

  constructor() {
    this.renew();
  }

  /** Calls `listener` each time. `lanesDue`: lanes are due now, or have room again. */
  subscribe(listener: (lanesDue: boolean) => void): void {
    this.listeners.add(listener);
  }

  /** Resolves the next time. */
  next(): Promise<void> {
    return this.promise;
  }

  emit(lanesDue: boolean): void {
    this.resolve();
    this.renew();
    for (const listener of this.listeners) listener(lanesDue);
  }

  private renew(): void {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}
