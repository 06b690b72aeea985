/** Work that continues while a test runs. */
export interface GoingOn {
  /** Resolves when it is over; rejects with what it threw. */
  stop(): Promise<void>;
}

/** Does `work` again and again until it is stopped. */
export function again(work: () => Promise<unknown>): GoingOn {
  let on = true;
  const going = (async () => {
    while (on) await work();
  })();
  going.catch(() => undefined); // heard when it is stopped
  return {
    stop() {
      on = false;
      return going;
    },
  };
}
