import {
  BadRequestException,
  type CanActivate,
  type ExecutionContext,
  InternalServerErrorException,
  Logger,
  UnauthorizedException,
} from '@nestjs/common';
import type { ProfileOptions, WebhookProfile } from '../profiles.js';
import { WebhookRefusedError } from '../webhook-refused.error.js';
import { verifyWebhook } from '../verify.js';
import { readRawBody } from './read-raw-body.js';
import { setVerifiedWebhook, type NestRequest } from './verified-request.js';

/**
 * The secrets, or a function that returns the secrets for a request, for example those of the tenant in the request's
 * path.
 */
export type SecretSource =
  | string
  | readonly string[]
  | undefined
  | ((
      request: NestRequest,
    ) => string | readonly string[] | undefined | Promise<string | readonly string[] | undefined>);

/** A profile with its options, and the secrets. */
export type WebhookGuardOptions = {
  [P in WebhookProfile]: { profile: P; secrets: SecretSource } & ProfileOptions[P];
}[WebhookProfile];

/**
 * Accepts only verified webhooks. Needs `NestFactory.create(AppModule, { rawBody: true })`. A refused request gets 401
 * (400 for a signed body that is not a JSON object) without a reason; the reason is logged. If the set-up has a
 * mistake, such as a missing `rawBody: true`, each request gets 500, and an error is logged. Extend this class if the
 * options need injected providers.
 */
export class WebhookGuard implements CanActivate {
  private readonly logger = new Logger('WebhookGuard');

  constructor(private readonly options: WebhookGuardOptions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<NestRequest>();
    const { secrets: source } = this.options;
    const secrets = typeof source === 'function' ? await source(request) : source;
    try {
      const body = readRawBody(request);
      const webhook = verifyWebhook({
        ...this.options,
        secrets: secrets ?? [],
        headers: request.headers,
        body,
      });
      setVerifiedWebhook(request, webhook);
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

/** Creates a guard: `@UseGuards(webhookGuard({ profile: 'msgine', secrets: () => process.env.MSGINE_SECRET }))`. */
export function webhookGuard(options: WebhookGuardOptions): WebhookGuard {
  return new WebhookGuard(options);
}
