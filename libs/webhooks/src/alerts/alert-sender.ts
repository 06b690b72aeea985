import { encodeId } from '../core/ids.js';
import { LineLogger } from '../core/line-logger.js';
import type { AlertStore } from '../store/alert-store.js';
import type { AlertChannel, WebhookAlert } from './alert-channel.js';
import { readAlertFacts } from './alert-facts.js';
import { composeAlert } from './alert-text.js';
import { ChannelRunner } from './channel-runner.js';
import { claimAlerts } from './claim-alerts.js';
import type { ClaimedAlert } from './claimed-alert.js';
import { finishAlert } from './finish-alert.js';

const MAX_CONCURRENT_ALERTS = 16;
/** How long a sender holds an alert: longer than one try can take. */
const ALERT_LEASE_MS = 60_000;

export interface AlertSenderOptions {
  channels: readonly AlertChannel[];
  /** Link to an endpoint on the host's pages, from its `wh_…`; null for no link. */
  endpointUrl: ((endpointId: string) => string) | null;
}

/**
 * Sends alerts to the owners of endpoints.
 * - Each stored alert is sent at least once; of several senders only one sends it.
 * - Each channel has a deadline of its own. A channel that fails is retried alone: the others do not get the alert twice.
 * - It never delays a delivery.
 */
export class AlertSender {
  private readonly logger = new LineLogger('WebhookAlerts');
  private readonly channels: ChannelRunner[];
  private readonly endpointUrl: AlertSenderOptions['endpointUrl'];
  private readonly sending = new Set<Promise<void>>();
  private claiming: Promise<void> | null = null;
  private isStopped = false;
  /** Deadline of one channel for one alert. */
  timeoutMs = 15_000;

  constructor(
    private readonly store: AlertStore,
    { channels, endpointUrl }: AlertSenderOptions,
  ) {
    this.channels = channels.map((channel) => new ChannelRunner(channel));
    this.endpointUrl = endpointUrl;
  }

  /** Sends due alerts in the background. */
  wake(): void {
    if (this.isStopped) return;
    this.claiming ??= this.claim()
      .catch((error: Error) => this.logger.error(`Reading due alerts failed: ${error.message}`))
      .finally(() => (this.claiming = null));
  }

  /** Sends the alerts that are due now. Resolves when they are sent. */
  async sendDue(): Promise<void> {
    await this.whenIdle(); // A claim that is running may have begun before the alerts were written.
    this.wake();
    await this.whenIdle();
  }

  /** Resolves when nothing is being sent. */
  async whenIdle(): Promise<void> {
    while (this.claiming || this.sending.size > 0) await Promise.all([this.claiming, ...this.sending]);
  }

  /** Claims no more alerts and waits up to `graceMs` for those being sent. After that another sender sends them again. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true;
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([this.whenIdle(), grace]);
    clearTimeout(timer);
  }

  private async claim(): Promise<void> {
    for (let hasMore = true; hasMore && !this.isStopped;) {
      if (this.sending.size >= MAX_CONCURRENT_ALERTS) await Promise.race(this.sending);
      const free = MAX_CONCURRENT_ALERTS - this.sending.size;
      const alerts = await claimAlerts(this.store, free, ALERT_LEASE_MS);
      for (const alert of alerts) this.start(alert);
      hasMore = alerts.length === free;
    }
  }

  private start(alert: ClaimedAlert): void {
    const sending: Promise<void> = this.send(alert)
      .catch((error: Error) =>
        this.logger.error(`Sending alert ${alert.id} failed, it is retried: ${error.message}`),
      )
      .finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  private async send(alert: ClaimedAlert): Promise<void> {
    let message: WebhookAlert;
    try {
      if (alert.data === null) throw new TypeError('its data in the database is not JSON');
      const facts = await readAlertFacts(this.store, alert);
      message = composeAlert(alert, facts, this.linkTo(alert.endpointId));
    } catch (error) {
      return this.finish(alert, [], `its text cannot be composed: ${(error as Error).message}`);
    }
    const channels = this.channels.filter(({ name }) => !alert.takenBy.includes(name));
    const errors = await Promise.all(
      channels.map((channel) => channel.send(message, this.timeoutMs, alert.now)),
    );
    const failed = channels.flatMap(({ name }, i) => (errors[i] === null ? [] : [`${name}: ${errors[i]}`]));
    const taken = channels.filter((_, i) => errors[i] === null).map(({ name }) => name);
    await this.finish(alert, taken, failed.length === 0 ? null : failed.join('; '));
  }

  private async finish(alert: ClaimedAlert, taken: readonly string[], error: string | null): Promise<void> {
    const nextTryInMs = await finishAlert(this.store, alert, [...alert.takenBy, ...taken], error);
    if (error !== null && nextTryInMs === null) {
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
