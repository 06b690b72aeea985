import express, { type Express } from 'express';
import type { ReceiverSettings } from '../receiver.js';

interface Report {
  message_id: string;
  to: string;
  status: string;
  status_text?: string;
  refunded: boolean;
}

/**
 * The example "Handling Delivery Reports with Node.js" of MySMSGate, with Express's own parser in place of body-parser. The
 * example checks no signature.
 */
export function mysmsgate({ log }: ReceiverSettings): Express {
  const app = express();
  app.use(express.json());
  app.post('/sms/status', (request, response) => {
    const { message_id: id, to, status, status_text: text, refunded } = request.body as Report;
    log(`${id} to ${to} ${status} (${text || 'N/A'}), refunded: ${refunded ? 'Yes' : 'No'}`);
    response.status(200).json({ status: 'success' });
  });
  return app;
}
