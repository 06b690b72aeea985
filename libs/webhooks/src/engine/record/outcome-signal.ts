/** Tells listeners that outcomes were recorded, or that the slots of hanging requests were freed. */
export class OutcomeSignal {
  private readonly listeners = new Set<() => void>();
  private promise!: Promise<void>;
  private resolve!: () => void;

  constructor() {
    this.renew();
  }

  /** Calls `listener` after each recording of outcomes and each freed slot. */
  subscribe(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Resolves after the next recording of outcomes or the next freed slot. */
  next(): Promise<void> {
    return this.promise;
  }

  emit(): void {
    this.resolve();
    this.renew();
    for (const listener of this.listeners) listener();
  }

  private renew(): void {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}
