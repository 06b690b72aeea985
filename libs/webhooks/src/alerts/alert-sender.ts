import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../store/postgres/connection/session.js';
import { encodeId } from '../core/ids.js';
import type { Settings } from '../config/settings.js';
import { SETTINGS } from '../core/tokens.js';
import type { WebhookAlert } from './alert-channel.js';
import { alertFacts } from './alert-facts.js';
import { wordAlert } from './alert-text.js';
import { ChannelLine } from './channel-runner.js';
import { type ClaimedAlert, claimAlerts } from './claim-alerts.js';
import { settleAlert } from './finish-alert.js';
import { LineLogger } from '../core/line-logger.js';

/** Alerts in hand at once. */
const HANDS = 16;
/** How long a sender has an alert, ms: longer than a try can take. */
const LEASE = 60_000;

/**
 * Tells owners what happened to their endpoints.
 * - An alert that is written is sent at least once; two senders send one.
 * - Each channel has a deadline of its own; one that fails is tried again by itself, the others do not hear twice.
 * - It never runs on the way of a delivery.
 */
@Injectable()
export class AlertSender {
  private readonly logger = new LineLogger('WebhookAlerts');
  private readonly lines: ChannelLine[];
  private readonly inHand = new Set<Promise<void>>();
  private claiming: Promise<void> | null = null;
  private stopped = false;
  /** Deadline of one channel for one alert, ms. */
  timeoutMs = 15_000;

  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.lines = settings.alertChannels.map((channel) => new ChannelLine(channel));
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
    await this.settled(); // a claim that is under way may have looked too early
    this.wake();
    await this.settled();
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    while (this.claiming || this.inHand.size > 0) await Promise.all([this.claiming, ...this.inHand]);
  }

  /** Claims nothing more and waits for what is in hand, `patienceMs` at most: the rest is sent again by another. */
  async stop(patienceMs: number): Promise<void> {
    this.stopped = true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.settled(), patience]);
    clearTimeout(timer);
  }

  private async claim(): Promise<void> {
    for (let more = true; more && !this.stopped;) {
      if (this.inHand.size >= HANDS) await Promise.race(this.inHand);
      const free = HANDS - this.inHand.size;
      const alerts = await claimAlerts(this.database, free, LEASE);
      for (const alert of alerts) this.take(alert);
      more = alerts.length === free;
    }
  }

  private take(alert: ClaimedAlert): void {
    const sending: Promise<void> = this.send(alert)
      .catch((error: Error) => this.logger.error(`Alert ${alert.id} could not be sent yet: ${error.message}`))
      .finally(() => this.inHand.delete(sending));
    this.inHand.add(sending);
  }

  private async send(alert: ClaimedAlert): Promise<void> {
    let message: WebhookAlert;
    try {
      if (alert.damaged) throw new TypeError('its data in the database is not JSON');
      message = wordAlert(alert, await alertFacts(this.database, alert), this.linkTo(alert.endpointId));
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
    const { again } = await settleAlert(this.database, alert, [...alert.takenBy, ...taken], error);
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
