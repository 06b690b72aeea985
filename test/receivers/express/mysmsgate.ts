import { createHmac, timingSafeEqual } from 'node:crypto';
import express, { type Express } from 'express';
import type { ReceiverSettings } from '../receiver.js';

interface Report {
  message_id: string;
  to: string;
  status: string;
  status_text?: string;
  refunded: boolean;
}

/** MySMSGate, "Handling Delivery Reports with Node.js" and "Are SMS webhooks secure?". */
export function mysmsgate({ secret, log }: ReceiverSettings): Express {
  const app = express();
  app.post('/sms/status', express.raw({ type: 'application/json' }), (request, response) => {
    const body = request.body as Buffer;
    const expected = createHmac('sha256', secret).update(body).digest();
    const given = Buffer.from(request.get('x-mysmsgate-signature') ?? '', 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.sendStatus(401);
      return;
    }
    const report = JSON.parse(body.toString()) as Report;
    const refunded = report.refunded ? 'yes' : 'no';
    log(`${report.message_id} ${report.status} (${report.status_text ?? 'N/A'}), refunded: ${refunded}`);
    response.status(200).json({ status: 'success' });
  });
  return app;
}
