import express, { type Express } from 'express';
import type { Webhooks } from 'nestjs-sms-webhooks/express';
import type { DataSource } from 'typeorm';
import { authenticate, authenticateCarrier, type AccountRequest } from './authenticate.js';
import { STATUS_RANK } from './message.js';
import { reportStatus, sendMessage } from './send-message.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The routes of the backend: its own, and those of the webhooks. Express 5 passes on the errors of async handlers. */
export function createApp(dataSource: DataSource, webhooks: Webhooks): Express {
  const app = express();
  app.use(express.json());

  app.post('/api/messages', authenticate, async (request: AccountRequest, response) => {
    const { to, message } = (request.body ?? {}) as { to?: unknown; message?: unknown };
    if (typeof to !== 'string' || typeof message !== 'string') {
      response.status(400).json({ message: 'Send {"to": "+14155550123", "message": "Hello"}.' });
      return;
    }
    const sent = { accountId: request.accountId!, to, body: message };
    response.status(201).json(await sendMessage(dataSource, webhooks, sent));
  });

  app.post('/carrier/reports', authenticateCarrier, async (request, response) => {
    const { id, status } = (request.body ?? {}) as { id?: unknown; status?: unknown };
    if (typeof id !== 'string' || !UUID.test(id) || !isStatus(status)) {
      response.status(400).json({ message: 'Send {"id": "<id of the message>", "status": "delivered"}.' });
      return;
    }
    const message = await reportStatus(dataSource, webhooks, { id, status });
    if (message) response.json(message);
    else response.status(404).json({ message: `There is no message ${id}.` });
  });

  const openApi = webhooks.openApi({ prefix: 'api', title: 'SMS backend' });
  app.get('/openapi.json', (_request, response) => void response.json(openApi));
  app.use('/pages', webhooks.router); // the page: /pages/webhooks-portal; this app has no accounts, so /pages/webhooks answers 401
  app.use('/api', authenticate, webhooks.router); // /api/webhooks
  return app;
}

function isStatus(given: unknown): given is keyof typeof STATUS_RANK {
  return typeof given === 'string' && Object.hasOwn(STATUS_RANK, given);
}
