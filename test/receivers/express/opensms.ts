import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request } from 'express';
import type { ReceiverSettings } from '../receiver.js';

interface Event {
  event: string;
  message_id: string;
}

/** OpenSMS, "Node.js Example" and "Best Practices": it asks to verify signatures; where and how is the sender's own choice. */
export function opensms({ secret, log }: ReceiverSettings): Express {
  const app = express();
  const keepBytes = (request: object, _response: unknown, bytes: Buffer) => Object.assign(request, { bytes });
  app.use(express.json({ verify: keepBytes }));
  app.post('/webhooks/sms', (request: Request & { bytes?: Buffer }, response) => {
    const expected = createHmac('sha256', secret)
      .update(request.bytes ?? '')
      .digest();
    const given = Buffer.from(request.get('x-opensms-signature') ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.sendStatus(401);
      return;
    }
    const { event, message_id } = request.body as Event;
    if (event === 'sms.delivered') log(`${message_id} is delivered`);
    else if (event === 'sms.failed') log(`${message_id} is failed`);
    response.json({ status: 'received' });
  });
  return app;
}
