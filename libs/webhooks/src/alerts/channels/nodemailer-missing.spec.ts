import { WebhooksSetupError } from '../../core/errors.js';
import { nodemailerChannel } from './nodemailer.js';

jest.mock('nodemailer', () => {
  throw new Error("Cannot find module 'nodemailer'");
});

it('Without the package, the nodemailer channel says what to install', async () => {
  const channel = nodemailerChannel({ smtp: 'smtp://127.0.0.1:25', from: 'sms@example.com' });
  const sent = channel.send({
    id: '1',
    kind: 'endpoint.failing',
    tenantId: 'acme',
    endpointId: null,
    origin: 'https://hooks.example.com',
    email: 'owner@example.com',
    subject: '',
    text: '',
    data: {},
    createdAt: 0,
  });
  await expect(sent).rejects.toThrow(WebhooksSetupError);
  await expect(sent).rejects.toThrow('Install it (npm install nodemailer)');
});
