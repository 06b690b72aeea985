import { LineLogger } from '../../core/line-logger.js';
import type { TracedAttempt, TracedOutcome, TraceSink } from './trace-sink.js';

const logger = new LineLogger('WebhookTraces');

/** Runs `work` in the span of a publication. A sink that throws changes nothing: its error is logged. */
export function tracePublication<T>(
  sink: TraceSink,
  eventTypes: readonly string[],
  work: (traceparent: string | null) => Promise<T>,
): Promise<T> {
  return guarded(work, (observed) => sink.publish({ eventTypes }, observed));
}

/** Runs `work` in the span of an attempt. A sink that throws changes nothing: its error is logged. */
export function traceAttempt<T>(
  sink: TraceSink,
  attempt: TracedAttempt,
  work: (traceparent: string | null) => Promise<T>,
  describe: (result: T) => TracedOutcome,
): Promise<T> {
  return guarded(work, (observed) => sink.deliver(attempt, observed, describe));
}

type Work<T> = (traceparent: string | null) => Promise<T>;

/** Returns the result of `work`, which runs exactly once, whatever the sink does. */
async function guarded<T>(work: Work<T>, run: (observed: Work<T>) => Promise<T>): Promise<T> {
  let result: Promise<T> | null = null;
  try {
    await run((traceparent) => (result ??= work(traceparent)));
  } catch (error) {
    const failure = await (result as Promise<T> | null)?.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error !== failure) logger.error(`observability.traces threw: ${(error as Error).message}`);
  }
  // If the sink calls its `observed` later, `work` must not run again: `result` keeps the promise.
  return (result ??= work(null));
}
