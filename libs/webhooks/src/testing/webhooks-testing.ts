import type { Type } from '@nestjs/common';
import type { WebhookEventType } from '../events/event-map.js';
import { encodeId } from '../core/ids.js';
import { type RunResult, RunOnce } from '../engine/run-once.js';
import { TRANSPORT } from '../http/transport.js';
import type { OutboxStore } from '../store/outbox-store.js';
import { STORE } from '../store/store.js';
import { WorkerLifecycle } from '../engine/worker-lifecycle.js';
import { TestStart } from './test-start.js';
import { type Reply, RecordingTransport, type SentRequest } from './recording-transport.js';

/** The part of `@nestjs/testing`'s `TestingModuleBuilder` that is used here. */
export interface Overridable<Builder> {
  overrideProvider(token: unknown): {
    useValue(value: unknown): Builder;
    useFactory(options: { factory: (...injected: never[]) => unknown; inject: unknown[] }): Builder;
  };
}

/** The part of an application or testing module that is used here. */
export interface Container {
  get<T>(token: Type<T> | symbol, options?: { strict: boolean }): T;
}

/** An event of the outbox. */
export interface OutboxEvent {
  /** `evt_…` */
  id: string;
  type: string;
  tenantId: string;
  subject: string | null;
  data: unknown;
}

/**
 * For a host's own tests: the real outbox and the real pipeline on the test's database, without polling and HTTP.
 *
 * ```ts
 * const module = await WebhooksTesting.override(Test.createTestingModule({ imports: [AppModule] })).compile();
 * const webhooks = WebhooksTesting.of(module);
 * await sendSms();
 * expect(await webhooks.published('message.queued')).toHaveLength(1);
 * await webhooks.flush();
 * expect(webhooks.sent[0].json).toMatchObject({ type: 'message.queued' });
 * ```
 */
export class WebhooksTesting {
  private constructor(
    private readonly transport: RecordingTransport,
    private readonly runner: RunOnce,
    private readonly store: OutboxStore,
    private readonly start: TestStart,
  ) {}

  /** Replaces HTTP by a {@link RecordingTransport} and keeps the poller from starting. */
  static override<Builder extends Overridable<Builder>>(builder: Builder): Builder {
    return builder
      .overrideProvider(TRANSPORT)
      .useValue(new RecordingTransport())
      .overrideProvider(WorkerLifecycle)
      .useFactory({ factory: (store: OutboxStore) => new TestStart(store), inject: [STORE] });
  }

  /** Returns a `WebhooksTesting` for an application or testing module that was built after {@link override}. */
  static of(container: Container): WebhooksTesting {
    const transport = container.get<RecordingTransport>(TRANSPORT, { strict: false });
    if (!(transport instanceof RecordingTransport)) {
      throw new TypeError(
        'WebhooksTesting.of: build the module with WebhooksTesting.override(builder) first.',
      );
    }
    return new WebhooksTesting(
      transport,
      container.get(RunOnce, { strict: false }),
      container.get<OutboxStore>(STORE, { strict: false }),
      container.get<unknown>(WorkerLifecycle, { strict: false }) as TestStart,
    );
  }

  /** Requests that would have been sent, oldest first. */
  get sent(): readonly SentRequest[] {
    return this.transport.sent;
  }

  /** Sets how receivers respond from now on. */
  respondWith(answer: Reply): void {
    this.transport.answer = answer;
  }

  /**
   * Events that were committed after the application started, or after the last {@link clear}, oldest first. With `type`,
   * only events of this type. Events of earlier tests on the same database are left out.
   */
  async published(type?: WebhookEventType | (string & {})): Promise<OutboxEvent[]> {
    const events = await this.store.listEvents(this.start.lastSequence, type);
    return events.map(({ uuid, data, ...event }) => ({
      id: encodeId('evt', uuid),
      ...event,
      data: JSON.parse(data) as unknown,
    }));
  }

  /** Relays and delivers everything that is due now. */
  async flush(): Promise<RunResult> {
    return this.runner.run();
  }

  /** Moves the module's clock on: retries within `ms` milliseconds become due. */
  advance(ms: number): void {
    this.store.advanceClock(ms);
  }

  /** Removes the recorded events and requests, and responds with 200 again: for the next test with the same application. */
  async clear(): Promise<void> {
    this.transport.sent.length = 0;
    this.transport.answer = 200;
    this.start.lastSequence = await this.store.readLastSequence();
  }
}
