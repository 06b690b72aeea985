import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { DataSource, LessThan } from 'typeorm';
import type { EntityManager } from 'typeorm';
import type { Account } from '../accounts/account.entity.js';
import { Phone } from './phone.entity.js';

/** Events of an account's phones. */
@Injectable()
export class PhonesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  /** Publishes an event only if the phone came online or went offline. */
  heartbeat(account: Account, number: string, online: boolean): Promise<{ applied: boolean; phone: Phone }> {
    return this.dataSource.transaction(async (tx) => {
      const now = new Date();
      const key = { accountId: account.id, number };
      const newPhone = { id: randomUUID(), ...key, online: null, lastHeartbeatAt: now, changes: 0 };
      await tx.createQueryBuilder().insert().into(Phone).values(newPhone).orIgnore().execute();
      const phone = await tx.findOneOrFail(Phone, { where: key, lock: { mode: 'pessimistic_write' } });

      const applied = phone.online !== online;
      if (online) phone.lastHeartbeatAt = now;
      if (applied) await this.change(tx, phone, online);
      await tx.save(phone);
      return { applied, phone };
    });
  }

  /**
   * Publishes `phone.offline` for each online phone whose last heartbeat was before `since`. Returns the number of these
   * phones.
   */
  async markSilent(since: Date): Promise<number> {
    const silent = { online: true, lastHeartbeatAt: LessThan(since) };
    const found = await this.dataSource.manager.find(Phone, { select: { id: true }, where: silent });
    let marked = 0;
    for (const { id } of found) {
      await this.dataSource.transaction(async (tx) => {
        // Read again under the lock: a heartbeat may have arrived, or another process may have published first.
        const phone = await tx.findOne(Phone, {
          where: { id, ...silent },
          lock: { mode: 'pessimistic_write' },
        });
        if (!phone) return;
        await this.change(tx, phone, false);
        await tx.save(phone);
        marked++;
      });
    }
    return marked;
  }

  private async change(tx: EntityManager, phone: Phone, online: boolean): Promise<void> {
    phone.online = online;
    phone.changes += 1;
    await this.webhooks.publish(tx, {
      type: online ? 'phone.online' : 'phone.offline',
      tenantId: phone.accountId,
      subject: phone.id,
      idempotencyKey: `${phone.id}:${phone.changes}`,
      data: {
        phone: {
          id: phone.id,
          number: phone.number,
          monitorId: `monitor-${phone.id}`,
          lastHeartbeatAt: phone.lastHeartbeatAt.toISOString(),
        },
      },
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
