import { LineLogger } from '../core/line-logger.js';
import type { AlertChannel, WebhookAlert } from './alert-channel.js';

/** A channel that did not respond in time is skipped for this long: it must not delay the alerts of other channels. */
const HUNG_CHANNEL_PAUSE_MS = 30_000;

/** Calls one channel with a deadline. Logs the first failure and the recovery. */
export class ChannelRunner {
  private readonly logger = new LineLogger('WebhookAlerts');
  private isFailing = false;
  private hungUntil = 0;

  constructor(private readonly channel: AlertChannel) {}

  get name(): string {
    return this.channel.name;
  }

  /**
   * Returns why the channel did not take the alert, or null if the channel took it. Never rejects. `now`: the
   * database's clock (epoch ms).
   */
  async send(alert: WebhookAlert, timeoutMs: number, now: number): Promise<string | null> {
    if (now < this.hungUntil) return 'skipped, because it did not respond to an earlier alert';
    const error = await this.attempt(alert, timeoutMs, now);
    if (error !== null && !this.isFailing) {
      this.logger.error(`Alert channel "${this.name}" failed: ${error}. Its alerts are retried`);
    } else if (error === null && this.isFailing) {
      this.logger.log(`Alert channel "${this.name}" works again`);
    }
    this.isFailing = error !== null;
    return error;
  }

  private async attempt(alert: WebhookAlert, timeoutMs: number, now: number): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        this.hungUntil = now + timeoutMs + HUNG_CHANNEL_PAUSE_MS;
        resolve(`no response within ${timeoutMs} ms`);
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
