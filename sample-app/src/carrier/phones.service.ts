import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import type { Account } from '../accounts/account.entity.js';
import { Phone } from './phone.entity.js';

/** Events of an account's phones. */
@Injectable()
export class PhonesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  /** Publishes an event if the phone came online or went offline, not for regular heartbeats. */
  heartbeat(account: Account, number: string, online: boolean): Promise<{ applied: boolean; phone: Phone }> {
    return this.dataSource.transaction(async (tx) => {
      const now = new Date();
      const key = { accountId: account.id, number };
      const newPhone = { id: randomUUID(), ...key, online: null, lastHeartbeatAt: now, changes: 0 };
      await tx.createQueryBuilder().insert().into(Phone).values(newPhone).orIgnore().execute();
      const phone = await tx.findOneOrFail(Phone, { where: key, lock: { mode: 'pessimistic_write' } });

      const applied = phone.online !== online;
      if (online) phone.lastHeartbeatAt = now;
      if (applied) {
        phone.online = online;
        phone.changes += 1;
        await this.webhooks.publish(tx, {
          type: online ? 'phone.online' : 'phone.offline',
          tenantId: account.id,
          subject: phone.id,
          idempotencyKey: `${phone.id}:${phone.changes}`,
          data: {
            phone: {
              id: phone.id,
              number,
              monitorId: `monitor-${phone.id}`,
              lastHeartbeatAt: phone.lastHeartbeatAt.toISOString(),
            },
          },
        });
      }
      await tx.save(phone);
      return { applied, phone };
    });
  }

  /** Publishes a missed call. Returns the call's id. */
  async missedCall(account: Account, from: string, to: string): Promise<string> {
    const id = randomUUID();
    await this.dataSource.transaction((tx) =>
      this.webhooks.publish(tx, {
        type: 'call.missed',
        tenantId: account.id,
        subject: id,
        data: { message: { id, direction: 'in', from, to } },
      }),
    );
    return id;
  }

  /** Publishes that `from` has agreed to get messages from the account. */
  async optIn(account: Account, from: string, to: string): Promise<void> {
    await this.dataSource.transaction((tx) =>
      this.webhooks.publish(tx, {
        type: 'number.opted_in',
        tenantId: account.id,
        subject: from,
        data: { optIn: { type: 'keyword', from, to } },
      }),
    );
  }
}
