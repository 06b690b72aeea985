import {
  isSpanContextValid,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type {
  TracedAttempt,
  TracedOutcome,
  TracedPublication,
  TraceSink,
} from '../observability/tracing/trace-sink.js';
import { SCOPE } from './scope.js';
import { fromTraceparent, toTraceparent } from './traceparent.js';

/** Spans of publications and attempts. Without an SDK, this class does nothing. */
export class TracerSink implements TraceSink {
  private readonly tracer: Tracer;

  constructor(provider: TracerProvider | undefined) {
    this.tracer = (provider ?? trace).getTracer(SCOPE.name, SCOPE.version);
  }

  publish<T>({ eventTypes }: TracedPublication, work: (context: string | null) => Promise<T>): Promise<T> {
    const attributes = {
      'webhooks.event.type': [...new Set(eventTypes)].toSorted().join(','),
      'webhooks.event.count': eventTypes.length,
    };
    return this.tracer.startActiveSpan(
      'webhook publish',
      { kind: SpanKind.PRODUCER, attributes },
      async (span) => {
        try {
          return await work(contextOf(span));
        } catch (error) {
          fail(span, (error as Error).name);
          throw error;
        } finally {
          span.end();
        }
      },
    );
  }

  deliver<T>(
    { deliveryId, endpointId, eventType, attempt, publishedIn }: TracedAttempt,
    work: (context: string | null) => Promise<T>,
    describe: (result: T) => TracedOutcome,
  ): Promise<T> {
    const attributes = {
      'webhooks.delivery.id': deliveryId,
      'webhooks.event.type': eventType,
      'webhooks.attempt.number': attempt,
      ...(endpointId !== null && { 'webhooks.endpoint.id': endpointId }),
    };
    // A trace of its own, linked to the publication's trace, because a retry may come days later.
    const options = { kind: SpanKind.CONSUMER, attributes, links: linksTo(publishedIn), root: true };
    return this.tracer.startActiveSpan('webhook deliver', options, async (span) => {
      try {
        const result = await work(contextOf(span));
        this.describe(span, describe(result));
        return result;
      } finally {
        span.end();
      }
    });
  }

  private describe(span: Span, { status, errorType, state }: TracedOutcome): void {
    span.setAttribute('webhooks.delivery.state', state);
    if (status !== null) span.setAttribute('http.response.status_code', status);
    if (errorType !== null) fail(span, errorType);
  }
}

function fail(span: Span, errorType: string): void {
  span.setAttribute('error.type', errorType);
  span.setStatus({ code: SpanStatusCode.ERROR, message: errorType });
}

function linksTo(traceparent: string | null): Link[] {
  const context = traceparent === null ? null : fromTraceparent(traceparent);
  return context === null ? [] : [{ context }];
}

/** Returns `null` if there is no SDK or the SDK does not sample the span: a link to that span would lead nowhere. */
function contextOf(span: Span): string | null {
  const context = span.spanContext();
  const isSampled = (context.traceFlags & TraceFlags.SAMPLED) !== 0;
  return isSampled && isSpanContextValid(context) ? toTraceparent(context) : null;
}
