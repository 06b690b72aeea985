import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type Capture,
  capture,
  type CaptureOptions,
} from '../../libs/webhooks/src/capture/definition/capture.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import type { WorkerSettings } from '../engine/support/worker.js';
import { Campaign, Message, MIGRATIONS } from './message.js';

type MapMessage = CaptureOptions<Message, false, false>['map'];

/** Maps a message to the event of its new status. */
export const statusEvent: MapMessage = (row, previous, { tenantId }) =>
  messageEvent(row.status === 'queued' ? 'message.queued' : `message.${row.status}`, {
    tenantId,
    source: previous.status,
    message: { id: row.id, direction: 'out', from: 'ACME', to: '+15550100' },
  });

/** Publishes changes of a message's status. */
export const captureStatus = (map: MapMessage = statusEvent): Capture =>
  capture(Message, { column: 'status', tenant: 'accountId', map });

/** A host with a table of messages and these captures. */
export function backend(...captures: Capture[]): WorkerSettings {
  return {
    imports: [TypeOrmModule.forFeature([Message, Campaign]), WebhooksModule.forFeature(captures)],
    migrations: MIGRATIONS,
  };
}
