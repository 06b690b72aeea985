import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Account } from './account.entity.js';

export interface AccountRequest {
  get(header: string): string | undefined;
  account?: Account;
}

@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(@InjectRepository(Account) private readonly accounts: Repository<Account>) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AccountRequest>();
    const apiKey = request.get('x-api-key');
    const account = apiKey ? await this.accounts.findOneBy({ apiKey }) : null;
    if (!account) return false;
    request.account = account;
    return true;
  }
}
