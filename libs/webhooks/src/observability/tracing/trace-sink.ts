/** A call of `publish`. */
export interface TracedPublication {
  /** Types of its events. */
  eventTypes: readonly string[];
}

/** One attempt of one delivery. */
export interface TracedAttempt {
  /** `dlv_…` */
  deliveryId: string;
  /** `wh_…`; `null` for a callback. */
  endpointId: string | null;
  eventType: string;
  /** `1` for the first attempt. */
  attempt: number;
  /** The trace context of the publication, as in a `traceparent` header; `null`: the publication was not traced. */
  publishedIn: string | null;
}

/** The result of an attempt. */
export interface TracedOutcome {
  /** Status of the response; `null`: there was no response. */
  status: number | null;
  /** Kind of the failure, such as `timeout` or `http_5xx`; `null` for a success. */
  errorType: string | null;
  state: 'delivered' | 'pending' | 'exhausted' | 'discarded';
}

/** Where spans go: `openTelemetry()` of `nestjs-sms-webhooks/opentelemetry`, or your own. */
export interface TraceSink {
  /**
   * Runs `work` in a span, and passes to `work` the context of the span, as in a `traceparent` header. `null`: the span is
   * not recorded. The context is stored with the events. If `work` rejects, rejects with the same error.
   */
  publish<T>(publication: TracedPublication, work: (traceparent: string | null) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a span that is linked to the publication's span, and passes to `work` the context of the new span. `work`
   * never rejects; `describe` says what its result is.
   */
  deliver<T>(
    attempt: TracedAttempt,
    work: (traceparent: string | null) => Promise<T>,
    describe: (result: T) => TracedOutcome,
  ): Promise<T>;
}
