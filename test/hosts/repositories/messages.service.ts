import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Account } from './account.entity.js';
import { Message, MessageStatus } from './message.entity.js';

/** Changes statuses through entities. */
@Injectable()
export class MessagesService {
  constructor(@InjectRepository(Message) private readonly messages: Repository<Message>) {}

  queue(account: Account, ...phoneNumbers: string[]): Promise<Message[]> {
    const texts = phoneNumbers.map((phoneNumber) => ({
      account,
      senderId: 'ACME',
      phoneNumber,
      text: 'Hello',
    }));
    return this.messages.save(this.messages.create(texts));
  }

  async accepted(message: Message, carrierRef: string): Promise<void> {
    message.carrierRef = carrierRef;
    message.deliveryStatus = MessageStatus.Sent;
    await this.messages.save(message);
  }

  /** Stores a report of the carrier. One report may cover several messages. */
  async report(carrierRefs: string[], deliveryStatus: MessageStatus): Promise<void> {
    await this.messages.manager.transaction(async (tx) => {
      for (const carrierRef of carrierRefs) {
        const message = await tx.findOneByOrFail(Message, { carrierRef });
        await tx.save(tx.merge(Message, message, { deliveryStatus }));
      }
    });
  }

  async giveUp(account: Account): Promise<void> {
    const queued = await this.messages.findBy({
      accountId: account.id,
      deliveryStatus: MessageStatus.Queued,
    });
    for (const message of queued) message.deliveryStatus = MessageStatus.Failed;
    await this.messages.save(queued, { chunk: 1 });
  }
}
