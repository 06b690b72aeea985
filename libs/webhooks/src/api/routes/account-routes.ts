import { Body, Get, Header, HttpCode, Inject, Patch, Post } from '@nestjs/common';
import type { WebhookAccount } from '../../accounts/accounts.service.js';
import type { RevealedSecret, RotatedSecret } from '../../secrets/secret-info.js';
import { Caller, type WebhookCaller } from '../caller.js';
import { WebhooksApi } from '../webhooks-api.js';

/** The routes below `/account`: a tenant's signing secret and settings. */
export abstract class AccountRoutes {
  constructor(@Inject(WebhooksApi) protected readonly api: WebhooksApi) {}

  @Get('account')
  account(@Caller() caller: WebhookCaller): Promise<WebhookAccount> {
    return this.api.accounts.get(caller.tenantId);
  }

  @Patch('account')
  updateAccount(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<WebhookAccount> {
    return this.api.accounts.update(caller.tenantId, body, caller);
  }

  @Post('account/rotate-secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  rotateAccountSecret(
    @Caller() caller: WebhookCaller,
    @Body() body: Record<string, unknown>,
  ): Promise<RotatedSecret> {
    return this.api.accounts.rotateSecret(caller.tenantId, body, caller);
  }

  @Get('account/secret')
  @Header('Cache-Control', 'no-store')
  accountSecret(@Caller() caller: WebhookCaller): Promise<RevealedSecret> {
    return this.api.accounts.secret(caller.tenantId, caller);
  }
}
