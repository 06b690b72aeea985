import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { WebhooksService } from 'nestjs-sms-webhooks';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { Message } from './message.entity.js';
import type { ReportedStatus } from './message.entity.js';
import { statusEvent } from './status-event.js';

/** A carrier's report on a message. */
export interface StatusReport {
  messageId: string;
  status: ReportedStatus;
  errorCode?: string;
  errorMessage?: string;
  /** When the status changed. Default: now. For a late report: 1 ms before the current status. */
  at?: Date;
  providerId?: string;
  /** The attempt that the report is about. Default: the current one. */
  attempt?: number;
}

/** Order of the statuses. A report never sets a lower rank, and the first final status stays. */
const STATUS_RANK: Record<Message['status'], number> = {
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
 * The only place that changes the status of a message.
 * - The row and its event commit together, or not at all.
 * - Duplicate and late reports do not change the message. A late report of a status that was skipped still publishes an
 *   event with the time of that status. So customers get the full history, and can sort it.
 */
@Injectable()
export class MessageStatus {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksService,
  ) {}

  /**
   * Returns the message and whether the report changed it.
   * Throws `NotFoundException` if the account did not send such a message.
   */
  apply(accountId: string, report: StatusReport): Promise<{ applied: boolean; message: Message }> {
    return this.dataSource.transaction(async (tx) => {
      const message = await tx.findOne(Message, {
        where: { id: report.messageId, accountId, direction: 'out' },
        lock: { mode: 'pessimistic_write' },
      });
      if (!message) throw new NotFoundException(`There is no message ${report.messageId} that you sent.`);
      if (isLate(message, report)) await this.publishLateStatus(tx, message, report);
      if (!isAdvance(message, report)) return { applied: false, message };

      const at = report.at ?? new Date();
      message.status = report.status;
      message.errorCode = report.errorCode ?? null;
      message.errorMessage = report.errorMessage ?? null;
      message.providerId = report.providerId ?? message.providerId;
      message.refunded = isFailure(message);
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

  /**
   * Publishes a status that comes before the current one. The event's time is before that of the current status, even if the
   * report has a later time or none. If the report is a duplicate, the idempotency key keeps the event from being published
   * again.
   */
  private async publishLateStatus(tx: EntityManager, message: Message, report: StatusReport): Promise<void> {
    const { status, errorCode = null, errorMessage = null, providerId = message.providerId } = report;
    const before = new Date(message.updatedAt.getTime() - 1);
    const at = report.at && report.at < before ? report.at : before;
    const earlier = tx.create(Message, {
      ...message,
      refunded: false,
      status,
      errorCode,
      errorMessage,
      providerId,
    });
    await this.webhooks.publish(tx, statusEvent(earlier, at));
  }
}

/** The failure is final: the message is not sent again. */
function isFailure({ status, attempt, maxAttempts }: Message): boolean {
  return status === 'expired'
    ? attempt >= maxAttempts
    : status === 'failed' || status === 'rejected' || status === 'undelivered';
}

function isAdvance(message: Message, report: StatusReport): boolean {
  return isOfCurrentAttempt(message, report) && STATUS_RANK[report.status] > STATUS_RANK[message.status];
}

/** The report is about a status before the current one. It may be a duplicate. */
function isLate(message: Message, report: StatusReport): boolean {
  return isOfCurrentAttempt(message, report) && STATUS_RANK[report.status] < STATUS_RANK[message.status];
}

function isOfCurrentAttempt(message: Message, report: StatusReport): boolean {
  return report.attempt === undefined || report.attempt === message.attempt;
}
