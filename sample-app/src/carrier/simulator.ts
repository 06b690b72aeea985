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

/** Factor of all delays of the simulator: 1 is real time, 0 is no delay. */
export const CARRIER_DELAY_FACTOR = Symbol('CARRIER_DELAY_FACTOR');

/**
 * Simulates the carrier, the account's phone and the recipients. Runs the script of each message. After a restart, runs
 * the scripts of unfinished messages from the beginning: the reports that were already applied change nothing.
 */
@Injectable()
export class CarrierSimulator implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(CarrierSimulator.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly messages: MessagesService,
    private readonly statuses: MessageStatus,
    private readonly phones: PhonesService,
    @Inject(CARRIER_DELAY_FACTOR) private readonly delayFactor: number,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.messages.accepted.subscribe((message) => this.start(message));
    const unfinished = await this.dataSource.manager.findBy(Message, {
      direction: 'out',
      status: In(['queued', 'sending', 'sent', 'unconfirmed']),
      to: Not(Like(`${MANUAL_NUMBERS}%`)),
    });
    for (const message of unfinished) this.start(message);
  }

  async onModuleDestroy(): Promise<void> {
    this.messages.accepted.complete();
    this.stopping.abort();
    await this.whenIdle();
  }

  /** Waits until all running scripts have ended. */
  async whenIdle(): Promise<void> {
    await Promise.all(this.running);
  }

  private start(message: Message): void {
    if (message.to.startsWith(MANUAL_NUMBERS)) return;
    const script = this.run(message).finally(() => this.running.delete(script));
    this.running.add(script);
  }

  private async run(message: Message): Promise<void> {
    try {
      const account = await this.dataSource.manager.findOneByOrFail(Account, { id: message.accountId });
      for (const step of scriptFor(message)) {
        await delay(step.afterMs * this.delayFactor, undefined, { signal: this.stopping.signal });
        await this.perform(step, message, account);
      }
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.logger.error(
        `Simulating the carrier failed for message ${message.id}`,
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
        return this.messages.receive(account, { ...way, message: step.text }, message);
      case 'call':
        return this.phones.missedCall(account, way.from, way.to);
      case 'opt in':
        return this.phones.optIn(account, way.from, way.to);
    }
  }
}
