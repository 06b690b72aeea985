import { encodeId } from '../core/ids.js';
import type { AlertKind } from '../core/states.js';
import { LineLogger } from '../core/line-logger.js';
import type { AlertStore } from '../store/alert-store.js';
import type { AlertChannel, WebhookAlert } from './alert-channel.js';
import { type AlertFacts, readAlertFacts } from './alert-facts.js';
import { resultOf } from './alert-result.js';
import { composeAlert } from './alert-text.js';
import { ChannelRunner } from './channel-runner.js';
import { claimAlerts } from './claim-alerts.js';
import type { ClaimedAlert } from './claimed-alert.js';
import { ResultWriter } from './result-writer.js';

/** Maximum number of alerts in one claim. */
const MAX_CLAIMED = 64;
const MAX_CONCURRENT_ALERTS = 16;
/** How long a sender holds its claimed alerts. Sending them takes less time: 16 at once, each for up to 15 s. */
const ALERT_LEASE_MS = 120_000;
/** Minimum time between two claims. Endpoints often fail together, and one claim then takes all their alerts. */
const CLAIM_INTERVAL_MS = 1_000;

/** The result of trying to send an alert. */
export type AlertTry = 'sent' | 'failed' | 'given_up';

export interface AlertSenderOptions {
  channels: readonly AlertChannel[];
  /** Returns the link to an endpoint (`wh_…`) on the host's pages; `null`: alerts have no link. */
  endpointUrl: ((endpointId: string) => string) | null;
  /** Called after each try, when the result is stored. */
  onTried?: (kind: AlertKind, result: AlertTry) => void;
}

/**
 * Sends alerts to the owners of endpoints.
 * - Each stored alert is sent at least once, unless a channel fails for about a day. Only one sender at a time holds
 *   an alert.
 * - Each channel has a deadline of its own. Only a channel that failed gets the alert again.
 * - Alerts never delay a delivery.
 */
export class AlertSender {
  private readonly logger = new LineLogger('WebhookAlerts');
  private readonly channels: ChannelRunner[];
  private readonly endpointUrl: AlertSenderOptions['endpointUrl'];
  private readonly onTried: AlertSenderOptions['onTried'];
  private readonly results: ResultWriter;
  /** Alerts that channels are sending. */
  private readonly sending = new Set<Promise<void>>();
  /** Alerts whose result is being written. */
  private readonly finishing = new Set<Promise<void>>();
  private claiming: Promise<void> | null = null;
  /** Time on the process's monotonic clock (ms). */
  private nextClaimAt = 0;
  private isStopped = false;
  /** Deadline of one channel for one alert. */
  timeoutMs = 15_000;

  constructor(
    private readonly store: AlertStore,
    { channels, endpointUrl, onTried }: AlertSenderOptions,
  ) {
    this.channels = channels.map((channel) => new ChannelRunner(channel));
    this.endpointUrl = endpointUrl;
    this.onTried = onTried;
    this.results = new ResultWriter(store);
  }

  /**
   * Sends due alerts in the background. Does nothing if the latest claim began less than a second ago: the next check
   * for work calls `wake` again.
   */
  wake(): void {
    if (performance.now() >= this.nextClaimAt) this.startClaiming();
  }

  /** Sends the alerts that are due now. Resolves when they are sent. */
  async sendDue(): Promise<void> {
    await this.whenIdle(); // A running claim may have begun before the alerts were written, so another claim follows.
    this.startClaiming();
    await this.whenIdle();
  }

  /** Resolves when nothing is being sent. */
  async whenIdle(): Promise<void> {
    while (this.claiming || this.sending.size + this.finishing.size > 0)
      await Promise.all([this.claiming, ...this.sending, ...this.finishing]);
  }

  /**
   * Claims no more alerts, and waits up to `graceMs` for the alerts that are being sent. Another sender sends the
   * unfinished alerts later.
   */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([this.whenIdle(), grace]);
    clearTimeout(timer);
  }

  private startClaiming(): void {
    if (this.isStopped) return;
    this.nextClaimAt = performance.now() + CLAIM_INTERVAL_MS;
    this.claiming ??= this.claim()
      .catch((error: Error) => this.logger.error(`Reading due alerts failed: ${error.message}`))
      .finally(() => (this.claiming = null));
  }

  /** Claims and starts alerts until none is due. */
  private async claim(): Promise<void> {
    for (let hasMore = true; hasMore && !this.isStopped;) {
      const alerts = await claimAlerts(this.store, MAX_CLAIMED, ALERT_LEASE_MS);
      hasMore = alerts.length === MAX_CLAIMED;
      const messages = await this.compose(alerts);
      for (const [i, alert] of alerts.entries()) {
        while (this.sending.size >= MAX_CONCURRENT_ALERTS) await Promise.race(this.sending);
        this.start(alert, messages[i]!);
      }
    }
  }

  /** Returns for each alert what the channels get, or why that cannot be composed. */
  private async compose(alerts: readonly ClaimedAlert[]): Promise<(WebhookAlert | Error)[]> {
    const facts = await readAlertFacts(this.store, alerts);
    return alerts.map((alert, i) => this.composeOne(alert, facts[i]!));
  }

  private composeOne(alert: ClaimedAlert, facts: AlertFacts | Error): WebhookAlert | Error {
    if (alert.data === null) return new TypeError('its data in the database is not JSON');
    if (facts instanceof Error) return facts;
    try {
      return composeAlert(alert, facts, this.linkTo(alert.endpointId));
    } catch (error) {
      return error as Error;
    }
  }

  private start(alert: ClaimedAlert, message: WebhookAlert | Error): void {
    const sending: Promise<void> = this.send(alert, message).finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  private async send(alert: ClaimedAlert, message: WebhookAlert | Error): Promise<void> {
    if (message instanceof Error)
      return this.startFinishing(alert, [], `its text cannot be composed: ${message.message}`);
    const channels = this.channels.filter(({ name }) => !alert.takenBy.includes(name));
    const errors = await Promise.all(
      channels.map((channel) => channel.send(message, this.timeoutMs, alert.now)),
    );
    const failed = channels.flatMap(({ name }, i) => (errors[i] === null ? [] : [`${name}: ${errors[i]}`]));
    const taken = channels.filter((_, i) => errors[i] === null).map(({ name }) => name);
    this.startFinishing(alert, taken, failed.length === 0 ? null : failed.join('; '));
  }

  private startFinishing(alert: ClaimedAlert, taken: readonly string[], error: string | null): void {
    const finishing: Promise<void> = this.finish(alert, taken, error)
      .catch((reason: Error) =>
        this.logger.error(
          `Storing the result of alert ${alert.id} failed, so the alert is sent again: ${reason.message}`,
        ),
      )
      .finally(() => this.finishing.delete(finishing));
    this.finishing.add(finishing);
  }

  private async finish(alert: ClaimedAlert, taken: readonly string[], error: string | null): Promise<void> {
    const result = resultOf(alert, [...alert.takenBy, ...taken], error);
    await this.results.add(result);
    const isLast = error !== null && result.nextTryInMs === null;
    this.onTried?.(alert.kind, error === null ? 'sent' : isLast ? 'given_up' : 'failed');
    if (isLast) {
      this.logger.error(`Gave up alert ${alert.id} (${alert.kind}) after ${alert.attempts} tries: ${error}`);
    }
  }

  private linkTo(endpointId: string | null): string | null {
    if (endpointId === null || this.endpointUrl === null) return null;
    try {
      return this.endpointUrl(encodeId('wh', endpointId));
    } catch (error) {
      const { message } = error as Error;
      this.logger.error(`alerts.endpointUrl threw (${message}): the alert is sent without a link`);
      return null;
    }
  }
}
