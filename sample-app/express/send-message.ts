import { messageEvent } from 'nestjs-sms-webhooks';
import type { Webhooks } from 'nestjs-sms-webhooks/express';
import type { DataSource } from 'typeorm';
import { type Message, messages, STATUS_RANK } from './message.js';

const EVENT = {
  queued: 'message.queued',
  sent: 'message.sent',
  delivered: 'message.delivered',
  failed: 'message.failed',
} as const;

/** The event for the message's current status. */
function statusEvent({ id, accountId, from, to, body, status }: Message) {
  return messageEvent(EVENT[status], {
    tenantId: accountId,
    idempotencyKey: `${id}:${status}`, // Carriers repeat their reports: the same status is one event.
    message: { id, direction: 'out', from, to, body },
  });
}

/** Accepts a message of an account. The row and its event commit together, or not at all. */
export function sendMessage(
  dataSource: DataSource,
  { publish }: Webhooks,
  { accountId, to, body }: Pick<Message, 'accountId' | 'to' | 'body'>,
): Promise<Message> {
  return dataSource.transaction(async (tx) => {
    const message = await tx.save(messages, { accountId, from: 'ACME', to, body, status: 'queued' as const });
    await publish(tx, statusEvent(message));
    return message;
  });
}

/**
 * Applies a carrier's report. Duplicate and late reports change nothing.
 *
 * @returns the message, or `null` if no message has this id
 */
export function reportStatus(
  dataSource: DataSource,
  { publish }: Webhooks,
  { id, status }: Pick<Message, 'id' | 'status'>,
): Promise<Message | null> {
  return dataSource.transaction(async (tx) => {
    const message = await tx.findOne(messages, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (!message || STATUS_RANK[status] <= STATUS_RANK[message.status]) return message;
    message.status = status;
    await tx.update(messages, { id }, { status });
    await publish(tx, statusEvent(message));
    return message;
  });
}
