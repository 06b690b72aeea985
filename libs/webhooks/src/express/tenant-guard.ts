import type { ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, HttpStatus } from '@nestjs/common';
import { WebhooksRequestError } from '../core/request-error.js';
import { BEHIND_HOST } from '../module/routes/open-routes-check.js';
import type { ExpressTenant } from './express-options.js';
import type { WebhooksRequest } from './http.js';
import type { RequestBody } from './request-body.js';

/** Asks the host for the tenant before anything else. An unauthenticated request gets a 401, and its body is not read. */
export class TenantGuard implements CanActivate {
  readonly [BEHIND_HOST] = true;
  private readonly tenants = new WeakMap<object, string>();

  constructor(
    private readonly tenant: ExpressTenant,
    private readonly body: RequestBody,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<WebhooksRequest>();
    const tenantId = await this.tenant(request);
    if (tenantId === undefined || tenantId === null || tenantId === '') {
      throw new WebhooksRequestError(
        HttpStatus.UNAUTHORIZED,
        'unauthenticated',
        'This request is not authenticated.',
      );
    }
    this.tenants.set(request, tenantId);
    await this.body.read(request, http.getResponse<ServerResponse>());
    return true;
  }

  /** The tenant of a request that passed the guard. */
  readonly tenantOf = (request: object): string => this.tenants.get(request)!;
}
