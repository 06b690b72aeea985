import { LineLogger } from '../../core/line-logger.js';
import type { AlertKind } from '../../core/states.js';
import type { AlertChannel } from '../alert-channel.js';

/** Kinds that report no failure. */
const INFO_KINDS: ReadonlySet<AlertKind> = new Set<AlertKind>(['endpoint.recovered', 'alerts.summary']);

/** Writes each alert as one line to Nest's logger, failures as warnings. The default channel. */
export function logChannel(): AlertChannel {
  const logger = new LineLogger('WebhookAlert');
  return {
    name: 'log',
    async send({ kind, subject, endpointId, tenantId, text }) {
      const line = `${subject} (${endpointId ?? 'callback'} of ${tenantId}): ${text.split('\n', 1)[0]}`;
      if (INFO_KINDS.has(kind)) logger.log(line);
      else logger.warn(line);
    },
  };
}
