import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { HealthThresholds } from '../observability/health-report.js';
import { WebhooksService } from '../webhooks.service.js';

/**
 * Webhooks in the health check of `@nestjs/terminus` 11 or 12: `health.check([() => indicator.isHealthy('webhooks')])`.
 * List it in the providers of a module that imports `TerminusModule` and sees `WebhooksService`.
 */
@Injectable()
export class WebhooksHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly webhooks: WebhooksService,
  ) {}

  /**
   * The result of `WebhooksService.healthReport(thresholds)`: up, degraded or down. Terminus 11 has no `degraded`: there,
   * the result is up, with `degraded: true`. A customer's failing endpoint does not affect the result.
   */
  async isHealthy<const Key extends string>(
    key: Key,
    thresholds: HealthThresholds = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { status, problems, waitMs, pollAgeMs } = await this.webhooks.healthReport(thresholds);
    const session = this.indicators.check(key);
    const details = { waitMs, pollAgeMs, problems: problems.map(({ kind, message }) => ({ kind, message })) };
    if (status === 'down') return session.down(details);
    if (status === 'up') return session.up({ waitMs, pollAgeMs });
    return 'degraded' in session ? session.degraded(details) : asUp(session, details);
  }
}

/** For Terminus 11, which has no `degraded`. */
function asUp<const Key extends string>(
  session: Pick<ReturnType<HealthIndicatorService['check']>, 'up'>,
  details: Record<string, unknown>,
): HealthIndicatorResult<Key> {
  return session.up({ ...details, degraded: true }) as HealthIndicatorResult<Key>;
}
