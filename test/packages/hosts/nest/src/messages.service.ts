import { Injectable } from '@nestjs/common';
import { messageEvent, WebhooksService } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import { Message } from './message.entity.js';

@Injectable()
export class MessagesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  /** Stores a delivered message and its event in one transaction. `fail` rolls both back. */
  async deliver(tenantId: string, fail = false): Promise<string> {
    return this.dataSource.transaction(async (tx) => {
      const { id } = await tx.save(Message, { status: 'delivered' });
      const message = { id, direction: 'out', from: 'ACME', to: '+15550100' } as const;
      await this.webhooks.publish(tx, messageEvent('message.delivered', { tenantId, message }));
      if (fail) throw new Error('The host changed its mind.');
      return id;
    });
  }
}
