import { Inject, Injectable } from '@nestjs/common';
import { Session } from '../store/postgres/connection/session.js';
import { encodeId } from '../core/ids.js';
import { SETTINGS, type Settings } from '../config/settings.js';
import type { WebhookAlert } from './alert-channel.js';
import { readAlertFacts } from './alert-facts.js';
import { composeAlert } from './alert-text.js';
import { ChannelRunner } from './channel-runner.js';
import { type ClaimedAlert, claimAlerts } from './claim-alerts.js';
import { finishAlert } from './finish-alert.js';
import { LineLogger } from '../core/line-logger.js';

/** Alerts in hand at once. */
const MAX_CONCURRENT_ALERTS = 16;
/** How long a sender has an alert, ms: longer than a try can take. */
const ALERT_LEASE_MS = 60_000;

/**
 * Tells owners what happened to their endpoints.
 * - An alert that is written is sent at least once; two senders send one.
 * - Each channel has a deadline of its own; one that fails is tried again by itself, the others do not hear twice.
 * - It never runs on the way of a delivery.
 */
@Injectable()
export class AlertSender {
  private readonly logger = new LineLogger('WebhookAlerts');
  private readonly lines: ChannelRunner[];
  private readonly sending = new Set<Promise<void>>();
  private claiming: Promise<void> | null = null;
  private stopped = false;
  /** Deadline of one channel for one alert, ms. */
  timeoutMs = 15_000;

  constructor(
    private readonly database: Session,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.lines = settings.alertChannels.map((channel) => new ChannelRunner(channel));
  }

  /** Sends what is due, and returns at once. */
  wake(): void {
    if (this.stopped) return;
    this.claiming ??= this.claim()
      .catch((error: Error) => this.logger.error(`Alerts could not be read: ${error.message}`))
      .finally(() => (this.claiming = null));
  }

  /** Sends what is due now and waits for it. */
  async sendDue(): Promise<void> {
    await this.whenIdle(); // a claim that is under way may have looked too early
    this.wake();
    await this.whenIdle();
  }

  /** Resolves when nothing is being sent. */
  async whenIdle(): Promise<void> {
    while (this.claiming || this.sending.size > 0) await Promise.all([this.claiming, ...this.sending]);
  }

  /** Claims nothing more and waits for what is in hand, `patienceMs` at most: the rest is sent again by another. */
  async stop(patienceMs: number): Promise<void> {
    this.stopped = true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.whenIdle(), patience]);
    clearTimeout(timer);
  }

  private async claim(): Promise<void> {
    for (let more = true; more && !this.stopped;) {
      if (this.sending.size >= MAX_CONCURRENT_ALERTS) await Promise.race(this.sending);
      const free = MAX_CONCURRENT_ALERTS - this.sending.size;
      const alerts = await claimAlerts(this.database, free, ALERT_LEASE_MS);
      for (const alert of alerts) this.take(alert);
      more = alerts.length === free;
    }
  }

  private take(alert: ClaimedAlert): void {
    const sending: Promise<void> = this.send(alert)
      .catch((error: Error) => this.logger.error(`Alert ${alert.id} could not be sent yet: ${error.message}`))
      .finally(() => this.sending.delete(sending));
    this.sending.add(sending);
  }

  private async send(alert: ClaimedAlert): Promise<void> {
    let message: WebhookAlert;
    try {
      if (alert.damaged) throw new TypeError('its data in the database is not JSON');
      message = composeAlert(
        alert,
        await readAlertFacts(this.database, alert),
        this.linkTo(alert.endpointId),
      );
    } catch (error) {
      return this.settle(alert, [], `it cannot be put into words: ${(error as Error).message}`);
    }
    const lines = this.lines.filter((line) => !alert.takenBy.includes(line.name));
    const errors = await Promise.all(lines.map((line) => line.send(message, this.timeoutMs, alert.now)));
    const failed = lines.flatMap((line, i) => (errors[i] === null ? [] : [`${line.name}: ${errors[i]}`]));
    const taken = lines.filter((_, i) => errors[i] === null).map((line) => line.name);
    await this.settle(alert, taken, failed.length === 0 ? null : failed.join('; '));
  }

  private async settle(alert: ClaimedAlert, taken: readonly string[], error: string | null): Promise<void> {
    const { again } = await finishAlert(this.database, alert, [...alert.takenBy, ...taken], error);
    if (error !== null && again === null) {
      this.logger.error(
        `Alert ${alert.id} (${alert.kind}) is given up after ${alert.attempts} tries: ${error}`,
      );
    }
  }

  private linkTo(endpointId: string | null): string | null {
    if (endpointId === null || this.settings.endpointUrl === null) return null;
    try {
      return this.settings.endpointUrl(encodeId('wh', endpointId));
    } catch (error) {
      const { message } = error as Error;
      this.logger.error(`alerts.endpointUrl failed (${message}): the alert goes out without a link`);
      return null;
    }
  }
}
