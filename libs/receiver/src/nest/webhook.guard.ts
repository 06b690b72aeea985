import {
  InternalServerErrorException,
  Logger,
  UnauthorizedException,
  BadRequestException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { ProfileOptions, WebhookProfile } from '../profile.js';
import { WebhookRefusedError } from '../refusal.js';
import type { WebhookRequest } from '../request.js';
import { verifyWebhook } from '../verify.js';
import { rawBodyOf } from './raw-body-of.js';
import { keepVerified, type NestRequest } from './verified-request.js';

type Secrets = WebhookRequest['secrets'] | undefined;

/** The secrets, or where to find those of this request: a tenant's by its path, or an environment that loads late. */
export type SecretSource = Secrets | ((request: NestRequest) => Secrets | Promise<Secrets>);

/** A profile with its options, and the secrets. */
export type WebhookGuardOptions = {
  [P in WebhookProfile]: { profile: P; secrets: SecretSource } & ProfileOptions[P];
}[WebhookProfile];

/**
 * Lets verified webhooks through. Needs `NestFactory.create(AppModule, { rawBody: true })`.
 * The sender of a refused one gets 401 (400 for a signed body that is no JSON) and no reason; the reason is logged. A mistake in the
 * set-up, such as a missing `rawBody: true`, is a 500 and an error in the log. Extend it where options come from injection.
 */
export class WebhookGuard implements CanActivate {
  private readonly logger = new Logger('WebhookGuard');

  constructor(private readonly options: WebhookGuardOptions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<NestRequest>();
    const { secrets } = this.options;
    const found = typeof secrets === 'function' ? await secrets(request) : secrets;
    try {
      const body = rawBodyOf(request);
      const webhook = verifyWebhook({
        ...this.options,
        secrets: found ?? [],
        headers: request.headers,
        body,
      });
      keepVerified(request, webhook);
    } catch (error) {
      throw error instanceof WebhookRefusedError ? this.refuse(error) : error;
    }
    return true;
  }

  private refuse({ reason, message, status }: WebhookRefusedError): Error {
    const line = `${this.options.profile} webhook refused (${reason}): ${message}`;
    if (status === 500) {
      this.logger.error(line);
      return new InternalServerErrorException();
    }
    this.logger.warn(line);
    return status === 400 ? new BadRequestException() : new UnauthorizedException();
  }
}

/** For `@UseGuards(webhookGuard({ profile: 'msgine', secrets: () => process.env.MSGINE_SECRET }))`. */
export function webhookGuard(options: WebhookGuardOptions): WebhookGuard {
  return new WebhookGuard(options);
}
