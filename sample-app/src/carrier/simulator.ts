import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In, Like, Not } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import { Message } from '../messages/message.entity.js';
import { MessageStatus } from '../messages/message-status.js';
import { MANUAL_NUMBERS, MessagesService } from '../messages/messages.service.js';
import { PhonesService } from './phones.service.js';
import { scriptFor } from './script.js';
import type { Step } from './script.js';

/** Multiplies every wait of the simulator: 1 is its natural pace, 0 does not wait at all. */
export const CARRIER_PACE = Symbol('CARRIER_PACE');

/**
 * Stands in for the carrier, the account's phone and the people who get its messages. Plays each message's script, and
 * after a restart the scripts of the messages that had not come to their end: what was reported already changes nothing.
 */
@Injectable()
export class CarrierSimulator implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(CarrierSimulator.name);
  private readonly stopping = new AbortController();
  private readonly playing = new Set<Promise<void>>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly messages: MessagesService,
    private readonly statuses: MessageStatus,
    private readonly phones: PhonesService,
    @Inject(CARRIER_PACE) private readonly pace: number,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.messages.accepted.subscribe((message) => this.take(message));
    const unfinished = await this.dataSource.manager.findBy(Message, {
      direction: 'out',
      status: In(['queued', 'sending', 'sent', 'unconfirmed']),
      to: Not(Like(`${MANUAL_NUMBERS}%`)),
    });
    for (const message of unfinished) this.take(message);
  }

  async onModuleDestroy(): Promise<void> {
    this.messages.accepted.complete();
    this.stopping.abort();
    await this.settled();
  }

  /** Answers when every script that plays now has come to its end. */
  async settled(): Promise<void> {
    await Promise.all(this.playing);
  }

  private take(message: Message): void {
    if (message.to.startsWith(MANUAL_NUMBERS)) return;
    const play = this.play(message).finally(() => this.playing.delete(play));
    this.playing.add(play);
  }

  private async play(message: Message): Promise<void> {
    try {
      const account = await this.dataSource.manager.findOneByOrFail(Account, { id: message.accountId });
      for (const step of scriptFor(message)) {
        await delay(step.afterMs * this.pace, undefined, { signal: this.stopping.signal });
        await this.perform(step, message, account);
      }
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.logger.error(
        `The carrier lost message ${message.id}`,
        error instanceof Error ? error.stack : error,
      );
    }
  }

  private perform(step: Step, message: Message, account: Account): Promise<unknown> {
    const way = { from: message.to, to: message.from };
    switch (step.does) {
      case 'report':
        return this.statuses.apply(account.id, {
          messageId: message.id,
          providerId: `SM${message.id.slice(0, 8)}`,
          ...step.report,
        });
      case 'heartbeat':
        return this.phones.heartbeat(account, message.from, step.online);
      case 'reply':
        return this.messages.receive(account, { ...way, message: step.text });
      case 'call':
        return this.phones.missedCall(account, way.from, way.to);
      case 'opt in':
        return this.phones.optIn(account, way.from, way.to);
    }
  }
}
