import { type ArgumentsHost, Catch, HttpException, HttpStatus, Inject } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import type { PortalOptions } from '../../config/portal-options.js';
import { PORTAL } from '../portal.js';

/** Adds to a 401 the URLs at which the page can get a session, and the brand and texts that the page shows until then. */
@Catch(HttpException)
export class SessionEndFilter extends BaseExceptionFilter<HttpException> {
  constructor(
    @Inject(PORTAL) private readonly portal: PortalOptions,
    { httpAdapter }: HttpAdapterHost,
  ) {
    super(httpAdapter);
  }

  override catch(error: HttpException, host: ArgumentsHost): void {
    // oxlint-disable-next-line promise/valid-params, promise/no-promise-in-callback -- it is no promise
    super.catch(error.getStatus() === HttpStatus.UNAUTHORIZED ? this.complete(error) : error, host);
  }

  private complete(error: HttpException): HttpException {
    const { loginUrl = null, returnUrl = null, brand, strings } = this.portal;
    const given = error.getResponse();
    const body = typeof given === 'string' ? { statusCode: HttpStatus.UNAUTHORIZED, message: given } : given;
    return new HttpException({ ...body, loginUrl, returnUrl, brand, strings }, HttpStatus.UNAUTHORIZED);
  }
}
