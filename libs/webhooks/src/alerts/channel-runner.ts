import type { AlertChannel, WebhookAlert } from './alert-channel.js';
import { LineLogger } from '../core/line-logger.js';

/** A channel that did not answer in time is left alone for this long, ms: it must not hold up the others' alerts. */
const HUNG_CHANNEL_PAUSE_MS = 30_000;

/** The way to one channel: with a deadline, and with a word to the operator when it breaks and when it works again. */
export class ChannelRunner {
  private readonly logger = new LineLogger('WebhookAlerts');
  private failing = false;
  private hungUntil = 0;

  constructor(private readonly channel: AlertChannel) {}

  get name(): string {
    return this.channel.name;
  }

  /** Hands an alert over. Never rejects: answers what went wrong, or `null`. `now`: epoch ms on the database's clock. */
  async send(alert: WebhookAlert, timeoutMs: number, now: number): Promise<string | null> {
    if (now < this.hungUntil) return 'did not answer a moment ago';
    const error = await this.attempt(alert, timeoutMs, now);
    if (error !== null && !this.failing) {
      this.logger.error(`The alert channel "${this.name}" fails: ${error}. Alerts wait and are tried again`);
    } else if (error === null && this.failing) {
      this.logger.log(`The alert channel "${this.name}" works again`);
    }
    this.failing = error !== null;
    return error;
  }

  private async attempt(alert: WebhookAlert, timeoutMs: number, now: number): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        this.hungUntil = now + timeoutMs + HUNG_CHANNEL_PAUSE_MS;
        resolve(`no answer within ${timeoutMs} ms`);
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.channel.send(alert).then(() => null), deadline]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
