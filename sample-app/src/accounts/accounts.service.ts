import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Account } from './account.entity.js';

/** Two customers for development. Not created in production. */
export const DEMO_ACCOUNTS = [
  { id: 'acme', name: 'Acme Ltd', phoneNumber: '+14155550100', key: 'demo-key-a' },
  { id: 'globex', name: 'Globex Ltd', phoneNumber: '+14155550200', key: 'demo-key-b' },
] as const;

@Injectable()
export class AccountsService implements OnModuleInit {
  constructor(@InjectRepository(Account) private readonly accounts: Repository<Account>) {}

  async onModuleInit(): Promise<void> {
    if (process.env.NODE_ENV === 'production') return;
    const rows = DEMO_ACCOUNTS.map(({ key, ...account }) => ({ ...account, apiKeyHash: hash(key) }));
    await this.accounts.createQueryBuilder().insert().values(rows).orIgnore().execute();
  }

  /** Returns the account of an API key, or `null`. */
  findByKey(key: string): Promise<Account | null> {
    return this.accounts.findOneBy({ apiKeyHash: hash(key) });
  }
}

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
