import express, { type Express } from 'express';
import type { ReceiverSettings } from '../receiver.js';

/** OpenSMS, "Node.js Example". It checks no signature. */
export function opensms({ log }: ReceiverSettings): Express {
  const app = express();
  app.use(express.json());
  app.post('/webhooks/sms', (request, response) => {
    const { event, message_id: id } = request.body as Record<string, string>;
    if (event === 'sms.delivered') log(`${id} is delivered`);
    else if (event === 'sms.failed') log(`${id} is failed`);
    response.json({ status: 'received' });
  });
  return app;
}
