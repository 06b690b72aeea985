import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Express } from 'express';
import type { ReceiverSettings } from '../receiver.js';

/**
 * The receiver that Mobile Text Alerts describes under "Create your webhook endpoint" and "Create a secret value". One URL
 * may take several event types.
 */
export function mobileTextAlerts({ secret, log }: ReceiverSettings): Express {
  const app = express();
  app.post('/app/hooks', express.raw({ type: 'application/json' }), (request, response) => {
    const body = request.body as Buffer;
    const given = request.get('x-signature') ?? '';
    const expected = createHmac('sha256', secret).update(body).digest('hex');
    const wellFormed = /^[0-9a-f]{64}$/.test(given);
    if (!wellFormed || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
      response.sendStatus(401);
      return;
    }
    const event = JSON.parse(body.toString()) as Record<string, unknown>;
    if ('replyId' in event) log(`${String(event.fromNumber)} replied ${String(event.message)}`);
    else log(`${String(event.messageId)} has status ${String(event.status)}`);
    response.status(200).end();
  });
  return app;
}
