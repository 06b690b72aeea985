import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, LessThan } from 'typeorm';
import { Message, type MessageStatus } from './message.entity.js';

/** Changes statuses without loading a row. */
@Injectable()
export class MessagesService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async queue(customer: string, ...numbers: string[]): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(Message)
      .values(numbers.map((to) => ({ customer, to })))
      .execute();
  }

  /** The carrier's gateway takes the next messages. */
  async takeNext(limit: number): Promise<void> {
    await this.dataSource.query(
      `update sms_messages set status = 'sent' where id in (
         select id from sms_messages where status = 'queued' order by id limit $1 for update skip locked)`,
      [limit],
    );
  }

  async report(to: string, status: MessageStatus, code: number): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .update(Message)
      .set({ status, report: { code } })
      .where('to = :to', { to })
      .andWhere(`status = 'sent'`)
      .execute();
  }

  async expire(before: Date): Promise<void> {
    await this.dataSource
      .getRepository(Message)
      .update({ status: 'queued', createdAt: LessThan(before) }, { status: 'expired' });
  }
}
