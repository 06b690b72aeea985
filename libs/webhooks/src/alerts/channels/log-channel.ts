import type { AlertChannel } from '../alert-channel.js';
import type { AlertKind } from '../../core/states.js';
import { LineLogger } from '../../core/line-logger.js';

/** What is no fault. */
const PLAIN: ReadonlySet<AlertKind> = new Set<AlertKind>(['endpoint.recovered', 'alerts.summary']);

/** Writes each alert as one line to Nest's logger, faults as warnings. The default channel. */
export function logChannel(): AlertChannel {
  const logger = new LineLogger('WebhookAlert');
  return {
    name: 'log',
    async send({ kind, subject, endpointId, tenantId, text }) {
      const line = `${subject} (${endpointId ?? 'callback'} of ${tenantId}): ${text.split('\n', 1)[0]}`;
      if (PLAIN.has(kind)) logger.log(line);
      else logger.warn(line);
    },
  };
}
