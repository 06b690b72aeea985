import { createParamDecorator, Injectable, UnauthorizedException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Account } from './account.entity.js';
import { AccountsService } from './accounts.service.js';

/** A request that passed {@link ApiKeyGuard}. */
export type AccountRequest = Request & { account: Account };

/**
 * Accepts requests with `Authorization: Bearer <key>`, or with `x-api-key: <key>` (as httpSMS's customers send it).
 * Sets `request.account`. Other requests get 401.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly accounts: AccountsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AccountRequest>();
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? request.get('x-api-key');
    const account = key ? await this.accounts.findByKey(key) : null;
    if (!account)
      throw new UnauthorizedException(
        'Send your API key as "Authorization: Bearer <key>" or as "x-api-key: <key>".',
      );
    request.account = account;
    return true;
  }
}

/** The account of the request, as a parameter. */
export const CurrentAccount = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AccountRequest>().account,
);
