import {
  type ArgumentsHost,
  Catch,
  ForbiddenException,
  HttpException,
  HttpStatus,
  Inject,
} from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import type { PortalOptions } from '../../config/portal-options.js';
import { PORTAL } from '../portal.js';
import type { PageRequest } from './page-base.js';
import { respond } from './respond.js';

/** If a visitor is not logged in, redirects to the host's login page instead of responding with JSON. */
@Catch(HttpException)
export class LoginRedirect extends BaseExceptionFilter<HttpException> {
  constructor(
    @Inject(PORTAL) private readonly portal: PortalOptions,
    { httpAdapter }: HttpAdapterHost,
  ) {
    super(httpAdapter);
  }

  override catch(error: HttpException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    // oxlint-disable-next-line promise/valid-params -- it is no promise
    if (!isWithoutLogin(error)) return super.catch(error, host);
    const { originalUrl, url } = http.getRequest<PageRequest>();
    const location = this.portal.loginUrl!.replaceAll('{url}', () => encodeURIComponent(originalUrl ?? url));
    respond(http.getResponse<object>(), {
      status: HttpStatus.FOUND,
      headers: { Location: location, 'Cache-Control': 'no-store' },
    });
  }
}

/**
 * Returns true for a 401, or the 403 of a guard that returned false. A 403 for which the guard gives a
 * reason means that the visitor is logged in.
 */
function isWithoutLogin(error: HttpException): boolean {
  if (error.getStatus() === HttpStatus.UNAUTHORIZED) return true;
  return error instanceof ForbiddenException && error.message === 'Forbidden resource';
}
