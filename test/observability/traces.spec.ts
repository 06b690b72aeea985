import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { create } from 'axios';
import { openTelemetry } from 'nestjs-sms-webhooks/opentelemetry';
import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import { delivered, useEngine } from '../engine/support/engine.js';
import { answer, inSequence } from '../engine/support/receiver.js';
import { Telemetry } from './telemetry.js';

const telemetry = new Telemetry();
const { traces } = openTelemetry(telemetry);
afterAll(() => telemetry.close());
afterEach(() => telemetry.clear());

/** Runs `work` in a span of the host. */
const inHostSpan = <T>(work: (span: Span) => Promise<T>): Promise<T> =>
  telemetry.tracerProvider.getTracer('host').startActiveSpan('POST /reports', async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });

const traceparentOf = (span: { spanContext(): { traceId: string; spanId: string } }): string => {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
};

describe('Traces', () => {
  let duringRequest: Span | undefined;
  const client = create();
  client.interceptors.request.use((request) => {
    duringRequest = trace.getActiveSpan();
    return request;
  });
  const engine = useEngine({
    workers: 2,
    options: {
      delivery: { retry: { schedule: [1000], jitter: 0 } },
      observability: { traces },
      network: { axios: client },
    },
  });

  it('link the publication to each attempt, whichever worker makes it', async () => {
    engine().receiver.on('/a', inSequence(answer(503), answer(200)));
    const { id } = await engine().endpoint('a', '/a');
    const host = await inHostSpan(async (span) => {
      await engine().publish(delivered('a', 'm1'));
      return span;
    });
    await engine().runOnce();
    engine().advance(2_000);
    await engine().workers[1]!.webhooks.runOnce();

    const [published] = telemetry.spans(SpanKind.PRODUCER);
    expect(published).toMatchObject({
      name: 'webhook publish',
      attributes: { 'webhooks.event.type': 'message.delivered', 'webhooks.event.count': 1 },
      parentSpanContext: { spanId: host.spanContext().spanId },
      instrumentationScope: { name: 'nestjs-sms-webhooks', version: '0.1.0' },
    });
    const [delivery] = await engine().deliveries('a');
    const about = {
      'webhooks.delivery.id': delivery!.id,
      'webhooks.endpoint.id': id,
      'webhooks.event.type': 'message.delivered',
    };
    const attempts = telemetry.spans(SpanKind.CONSUMER);
    expect(attempts).toMatchObject([
      {
        name: 'webhook deliver',
        attributes: {
          ...about,
          'webhooks.attempt.number': 1,
          'webhooks.delivery.state': 'pending',
          'http.response.status_code': 503,
          'error.type': 'http_5xx',
        },
        status: { code: SpanStatusCode.ERROR },
      },
      {
        attributes: { ...about, 'webhooks.attempt.number': 2, 'webhooks.delivery.state': 'delivered' },
        status: { code: SpanStatusCode.UNSET },
      },
    ]);
    for (const attempt of attempts) {
      expect(attempt.links.map(({ context }) => context)).toMatchObject([
        { traceId: published!.spanContext().traceId, spanId: published!.spanContext().spanId },
      ]);
      expect(attempt.parentSpanContext).toBeUndefined();
      expect(attempt.spanContext().traceId).not.toBe(published!.spanContext().traceId);
    }
  });

  it('keep the span of the attempt active during the request, so that the host’s HTTP spans are children of that span', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await inHostSpan(() => engine().runOnce());
    const [attempt] = telemetry.spans(SpanKind.CONSUMER);
    expect(duringRequest?.spanContext()).toEqual(attempt!.spanContext());
  });

  it('have one span for a call that publishes many events, and show if the call failed', async () => {
    await engine().publish(delivered('a', 'm1'), delivered('a', 'm2'));
    const broken = engine().transaction(async (tx) => {
      await tx.query('select 1 / 0').catch(() => undefined);
      await engine().webhooks.publish(tx, delivered('a', 'm3'));
    });
    await expect(broken).rejects.toThrow('current transaction is aborted');
    expect(telemetry.spans(SpanKind.PRODUCER)).toMatchObject([
      { attributes: { 'webhooks.event.count': 2 }, status: { code: SpanStatusCode.UNSET } },
      { attributes: { 'error.type': 'QueryFailedError' }, status: { code: SpanStatusCode.ERROR } },
    ]);
    await engine().runOnce();
  });

  it('are not sent to the receiver by default', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    expect(engine().receiver.at('/a')[0]!.headers).not.toHaveProperty('traceparent');
  });

  it('include test events', async () => {
    const { id } = await engine().endpoint('a', '/a');
    const test = engine().webhooks.endpoints.test('a', id);
    while ((await engine().runOnce()).relayed === 0);
    await test;
    const [published] = telemetry.spans(SpanKind.PRODUCER);
    const [attempt] = telemetry.spans(SpanKind.CONSUMER);
    expect(attempt!.links[0]!.context.spanId).toBe(published!.spanContext().spanId);
  });
});

describe('sendTraceparent', () => {
  const engine = useEngine({ options: { observability: { traces, sendTraceparent: true } } });

  it("sends the attempt's context in addition to the signed headers", async () => {
    const { secret } = await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    await engine().runOnce();
    const { headers, body } = engine().receiver.at('/a')[0]!;
    const [attempt] = telemetry.spans(SpanKind.CONSUMER);
    expect(headers).toMatchObject({ traceparent: traceparentOf(attempt!) });
    delete headers.traceparent;
    expect(verifyWebhook({ profile: 'standard', headers, body, secrets: secret! })).toBeDefined();
  });
});

describe('A trace that is not sampled', () => {
  const unsampled = new Telemetry(new AlwaysOffSampler());
  const engine = useEngine({ options: { observability: openTelemetry(unsampled) } });
  afterAll(() => unsampled.close());

  it('is not stored', async () => {
    await engine().publish(delivered('a', 'm1'));
    expect(await engine().query('select traceparent from $events')).toEqual([{ traceparent: null }]);
    await engine().runOnce();
  });
});

describe('A traces sink that fails', () => {
  const engine = useEngine({
    options: {
      observability: {
        traces: {
          publish: () => Promise.reject(new Error('no span')),
          deliver: async (_attempt, work) => {
            await work(null);
            throw new Error('no span');
          },
        },
      },
    },
  });

  it('is logged, and each event is published and sent once', async () => {
    await engine().endpoint('a', '/a');
    await engine().publish(delivered('a', 'm1'));
    expect(await engine().runOnce()).toMatchObject({ relayed: 1, delivered: 1 });
    expect(engine().receiver.at('/a')).toHaveLength(1);
    expect(engine().log.errors.splice(0)).toEqual([
      'observability.traces threw: no span',
      'observability.traces threw: no span',
    ]);
  });
});

describe('A traces sink that fails before it runs the publication', () => {
  let runLater: () => Promise<unknown>;
  const engine = useEngine({
    options: {
      observability: {
        traces: {
          publish: (_events, work) => {
            runLater = () => work(null);
            return Promise.reject(new Error('no span'));
          },
          deliver: (_attempt, work) => work(null),
        },
      },
    },
  });

  it('does not publish the event again when it runs the publication later', async () => {
    await engine().publish(delivered('a', 'm1'));
    await runLater();
    expect(await engine().count('$events')).toBe(1);
    engine().log.errors.length = 0;
  });
});
