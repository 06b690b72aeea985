import type { AlertKind } from '../../core/states.js';
import { LineLogger } from '../../core/line-logger.js';
import { errorClass, type AttemptFacts } from './error-class.js';
import { createInstruments, type Instruments } from './instruments.js';
import type { MetricLabels, MetricsSink } from './metrics-sink.js';

/** The values from which the host may derive its own labels. */
export interface LabelledDelivery {
  tenantId: string;
  /** `wh_…`; `null` for a callback. */
  endpointId: string | null;
  eventType: string;
}

/** Labels of the host's own, by name. Use labels with few values: each value is a series of its own, kept for ever. */
export type DeliveryLabels = Readonly<Record<string, (delivery: LabelledDelivery) => string>>;

export interface MetricsSettings {
  /** `null`: nobody listens. */
  sink: MetricsSink | null;
  labels: DeliveryLabels;
  /** Event types that are counted by name. Other types are counted as `other`. */
  knownTypes: ReadonlySet<string>;
}

/** An attempt, or a delivery that ended without one. Ages are in ms, back from now. */
export interface RecordedOutcome {
  delivery: LabelledDelivery & { isTest: boolean; isManual: boolean };
  attempt: (AttemptFacts & { number: number; durationMs: number }) | null;
  result: 'delivered' | 'exhausted' | 'discarded' | null;
  /** How long ago the event was published; `null` for a replay, where the time means nothing. */
  publishedAgoMs: number | null;
  startedAgoMs: number;
}

const NONE: MetricLabels = {};

/** Feeds the instruments. Does nothing if nobody listens. */
export class WebhookMetrics {
  private readonly logger = new LineLogger('WebhookMetrics');
  private readonly instruments: Instruments | null;
  private readonly ownLabels: [string, DeliveryLabels[string]][];
  /** Names of the options that have thrown. */
  private readonly failed = new Set<string>();

  constructor(private readonly settings: MetricsSettings) {
    const { sink, labels } = settings;
    this.ownLabels = Object.entries(labels);
    this.instruments =
      sink &&
      createInstruments(sink, Object.keys(labels), (error) => this.logOnce('observability.metrics', error));
  }

  /** Somebody listens. */
  get isOn(): boolean {
    return this.instruments !== null;
  }

  /** A transaction that published events of these types has committed. */
  published(types: readonly string[]): void {
    if (this.instruments) this.countTypes('published', types);
  }

  relayed(events: number, deliveries: readonly { event: { type: string }; reason: string | null }[]): void {
    if (!this.instruments) return;
    if (events > 0) this.instruments.relayed(events, NONE);
    this.countTypes(
      'created',
      deliveries.map(({ event }) => event.type),
    );
    this.discarded(deliveries.reduce((count, { reason }) => count + (reason === null ? 0 : 1), 0));
  }

  claimed(deliveries: number, durationMs: number): void {
    if (!this.instruments) return;
    this.instruments.claimDuration(durationMs / 1000, NONE);
    if (deliveries > 0) this.instruments.claimed(deliveries, NONE);
  }

  /** `recorded`: `false` if the lease was lost. The attempt counts nevertheless. */
  outcome(
    { delivery, attempt, result, publishedAgoMs, startedAgoMs }: RecordedOutcome,
    recorded: boolean,
  ): void {
    const { instruments } = this;
    if (!instruments) return;
    const own = this.labelsOf(delivery);
    if (attempt) {
      const outcome = attempt.error === null ? 'success' : 'failure';
      const trigger = delivery.isTest ? 'test' : delivery.isManual ? 'manual' : 'auto';
      const error = errorClass(attempt);
      instruments.attempts(1, { ...own, outcome, trigger, ...(error !== null && { 'error.type': error }) });
      instruments.attemptDuration(attempt.durationMs / 1000, { ...own, outcome });
      const delayMs = publishedAgoMs === null ? null : Math.max(0, publishedAgoMs - startedAgoMs);
      if (delayMs !== null && attempt.number === 1) instruments.firstAttempt(delayMs / 1000, own);
      if (delayMs !== null && recorded && result === 'delivered') {
        const latency = (delayMs + attempt.durationMs) / 1000;
        instruments.latency(latency, { ...own, 'webhooks.event.type': this.typeLabel(delivery.eventType) });
      }
    }
    if (!recorded) instruments.leasesLost(1, NONE);
    else if (result) instruments.finished(1, { ...own, result });
  }

  /** Deliveries that the relay or maintenance discarded. */
  discarded(count: number): void {
    if (count > 0) this.instruments?.finished(count, { result: 'discarded' });
  }

  cancelled(): void {
    this.instruments?.finished(1, { result: 'cancelled' });
  }

  rescued(count: number): void {
    if (count > 0) this.instruments?.rescued(count, NONE);
  }

  endpointChanged(to: string, reason: string | null): void {
    this.instruments?.stateChanges(1, reason === null ? { to } : { to, reason });
  }

  alert(kind: AlertKind, result: 'sent' | 'failed' | 'given_up'): void {
    this.instruments?.alerts(1, { kind, result });
  }

  queue({ unrelayed, due, waitMs }: { unrelayed: number; due: number; waitMs: number }): void {
    this.instruments?.depth(unrelayed, { state: 'unrelayed' });
    this.instruments?.depth(due, { state: 'due' });
    this.instruments?.oldestDue(waitMs / 1000, NONE);
  }

  /** `pollAgeMs`: `null` if no worker runs here. */
  process({ inFlight, pollAgeMs }: { inFlight: number; pollAgeMs: number | null }): void {
    this.instruments?.inFlight(inFlight, NONE);
    if (pollAgeMs !== null) this.instruments?.pollAge(pollAgeMs / 1000, NONE);
  }

  private countTypes(instrument: 'published' | 'created', types: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const type of types) {
      const label = this.typeLabel(type);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    for (const [type, count] of counts) this.instruments![instrument](count, { 'webhooks.event.type': type });
  }

  private typeLabel(type: string): string {
    return this.settings.knownTypes.has(type) ? type : 'other';
  }

  private labelsOf(delivery: LabelledDelivery): MetricLabels {
    if (this.ownLabels.length === 0) return NONE;
    try {
      return Object.fromEntries(this.ownLabels.map(([name, valueOf]) => [name, String(valueOf(delivery))]));
    } catch (error) {
      this.logOnce('observability.labels', error as Error);
      return NONE;
    }
  }

  /** Logs only the first error of an option, because each delivery may cause the same error. */
  private logOnce(option: string, { message }: Error): void {
    if (!this.failed.has(option)) this.logger.error(`${option} threw, so figures are missing: ${message}`);
    this.failed.add(option);
  }
}
