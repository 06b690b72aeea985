/** Work that continues while a test runs. */
export interface GoingOn {
  /** Starts no further run. Resolves when the current run has ended, or rejects with the error that the work threw. */
  stop(): Promise<void>;
}

/** Does `work` again and again until it is stopped. */
export function again(work: () => Promise<unknown>): GoingOn {
  let on = true;
  const going = (async () => {
    while (on) await work();
  })();
  going.catch(() => undefined); // stop() reports the error
  return {
    stop() {
      on = false;
      return going;
    },
  };
}
