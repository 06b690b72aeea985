import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { Message } from './message.entity.js';
import type { ReportedStatus } from './message.entity.js';
import { statusEvent } from './status-event.js';

/** A carrier's word on a message. */
export interface StatusReport {
  messageId: string;
  status: ReportedStatus;
  errorCode?: string;
  errorMessage?: string;
  /** When it happened. Default: now. */
  at?: Date;
  providerId?: string;
  /** Which try it speaks of. Default: the present one. */
  attempt?: number;
}

/** How far along a status is: a report never takes a message back, and the first end stays the end. */
const STAGE: Record<Message['status'], number> = {
  queued: 0,
  sending: 1,
  sent: 2,
  unconfirmed: 3,
  delivered: 4,
  failed: 4,
  rejected: 4,
  undelivered: 4,
  expired: 4,
  received: 4,
};

/**
 * The one place where a message changes its status.
 * - The row and its event change together, or not at all.
 * - Reports that come twice or late change nothing about the message. A late one of a status that it was never seen in
 *   is an event all the same, of the time when it happened: customers get the whole story, and can put it in order.
 */
@Injectable()
export class MessageStatus {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  /**
   * Answers the message and whether the report changed it.
   * Throws `NotFoundException` for a message that is not one the account sent.
   */
  apply(accountId: string, report: StatusReport): Promise<{ applied: boolean; message: Message }> {
    return this.dataSource.transaction(async (tx) => {
      const message = await tx.findOne(Message, {
        where: { id: report.messageId, accountId, direction: 'out' },
        lock: { mode: 'pessimistic_write' },
      });
      if (!message) throw new NotFoundException(`There is no message ${report.messageId} that you sent.`);
      if (isLate(message, report)) await this.publishLate(tx, message, report);
      if (!isNews(message, report)) return { applied: false, message };

      const at = report.at ?? new Date();
      message.status = report.status;
      message.errorCode = report.errorCode ?? null;
      message.errorMessage = report.errorMessage ?? null;
      message.providerId = report.providerId ?? message.providerId;
      message.updatedAt = at;
      await this.webhooks.publish(tx, statusEvent(message, at));
      if (report.status === 'expired' && message.attempt < message.maxAttempts) {
        message.status = 'queued';
        message.attempt += 1;
      }
      await tx.save(message);
      return { applied: true, message };
    });
  }

  /** The stage that was passed over, as it was: before what is known of the message now, if the carrier does not say when. */
  private async publishLate(tx: EntityManager, message: Message, report: StatusReport): Promise<void> {
    const { status, errorCode = null, errorMessage = null, providerId = message.providerId } = report;
    const before = new Date(message.updatedAt.getTime() - 1);
    const at = report.at && report.at < before ? report.at : before;
    const then = tx.create(Message, { ...message, status, errorCode, errorMessage, providerId });
    await this.webhooks.publish(tx, statusEvent(then, at));
  }
}

function isNews(message: Message, report: StatusReport): boolean {
  return isOfThisTry(message, report) && stageOf(report) > stageOf(message);
}

/** Of a stage that the message has left behind; it may have been told before. */
function isLate(message: Message, report: StatusReport): boolean {
  return isOfThisTry(message, report) && stageOf(report) < stageOf(message);
}

function isOfThisTry(message: Message, report: StatusReport): boolean {
  return report.attempt === undefined || report.attempt === message.attempt;
}

function stageOf({ status }: { status: Message['status'] }): number {
  return STAGE[status];
}
