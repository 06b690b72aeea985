import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException, UnprocessableEntityException } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { UrlRefusedError, WebhooksService } from 'nestjs-sms-webhooks';
import { Subject } from 'rxjs';
import { DataSource } from 'typeorm';
import type { Account } from '../accounts/account.entity.js';
import { Message } from './message.entity.js';
import type { ListMessagesDto } from './list-messages.dto.js';
import type { SendSmsDto } from './send-sms.dto.js';
import { statusEvent } from './status-event.js';

/** The simulated carrier ignores numbers with this prefix, so that you can report on their messages by hand. */
export const MANUAL_NUMBERS = '+999';

@Injectable()
export class MessagesService {
  /** Emits each outbound message after its transaction has committed. */
  readonly accepted = new Subject<Message>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  async send(account: Account, sms: SendSmsDto): Promise<Message> {
    const { to, message: body, from, callbackUrl, externalId = null, tags = null, sim = 0 } = sms;
    if (callbackUrl) this.checkCallback(callbackUrl);
    const message = await this.create(account, {
      direction: 'out',
      from: from ?? account.phoneNumber,
      to,
      body,
      status: 'queued',
      // If the phone is out of reach, the message is sent once more.
      maxAttempts: to.startsWith(MANUAL_NUMBERS) ? 1 : 2,
      callbackUrl: callbackUrl ?? null,
      externalId,
      tags,
      sim,
      createdAt: new Date(),
    });
    this.accepted.next(message);
    return message;
  }

  /** Stores a message that was sent to one of the account's numbers. */
  receive(
    account: Account,
    inbound: { from: string; to: string; message: string; at?: Date },
    repliesTo?: Message,
  ): Promise<Message> {
    const { from, to, message: body, at = new Date() } = inbound;
    const { externalId = null, tags = null, sim = 0 } = repliesTo ?? {};
    const described = { externalId, tags, sim };
    return this.create(account, {
      direction: 'in',
      from,
      to,
      body,
      status: 'received',
      createdAt: at,
      ...described,
    });
  }

  async get(account: Account, id: string): Promise<Message> {
    const message = await this.dataSource.manager.findOneBy(Message, { id, accountId: account.id });
    if (!message) throw new NotFoundException(`There is no message ${id}.`);
    return message;
  }

  /** Newest first. */
  async list(
    account: Account,
    { limit = 50, cursor }: ListMessagesDto,
  ): Promise<{ data: Message[]; nextCursor: string | null }> {
    const query = this.dataSource.manager
      .createQueryBuilder(Message, 'message')
      .where('message.accountId = :accountId', { accountId: account.id })
      .orderBy('message.createdAt', 'DESC')
      .addOrderBy('message.id', 'DESC')
      .take(limit + 1);
    if (cursor) {
      query.andWhere(
        '(message.createdAt, message.id) < (SELECT last.created_at, last.id FROM messages last WHERE last.id = :cursor)',
        { cursor },
      );
    }
    const found = await query.getMany();
    const data = found.slice(0, limit);
    return { data, nextCursor: found.length > limit ? data.at(-1)!.id : null };
  }

  /** Rejects a bad callback URL now. Otherwise the error would appear only when the first event is delivered. */
  private checkCallback(url: string): void {
    try {
      this.webhooks.assertCallbackUrl(url);
    } catch (error) {
      if (error instanceof UrlRefusedError)
        throw new UnprocessableEntityException(`callbackUrl: ${error.message}`);
      throw error;
    }
  }

  private create(account: Account, fields: Partial<Message> & { createdAt: Date }): Promise<Message> {
    return this.dataSource.transaction(async (tx) => {
      const message = tx.create(Message, {
        id: randomUUID(),
        accountId: account.id,
        attempt: 1,
        maxAttempts: 1,
        errorCode: null,
        errorMessage: null,
        providerId: null,
        callbackUrl: null,
        externalId: null,
        tags: null,
        sim: 0,
        refunded: false,
        updatedAt: fields.createdAt,
        ...fields,
      });
      await tx.insert(Message, message);
      await this.webhooks.publish(tx, statusEvent(message, message.createdAt));
      return message;
    });
  }
}
