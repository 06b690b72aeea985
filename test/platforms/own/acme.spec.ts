import { createHmac } from 'node:crypto';
import { eventExample, assertProfile, assertRendering, simulateRetries } from 'nestjs-sms-webhooks/testing';
import { acme } from './acme.js';

it('Our customers can verify the signature of every event', async () => {
  await assertProfile(acme, ({ headers, body, secret }) => {
    const digest = createHmac('sha256', secret).update(body).digest('hex');
    return headers['x-acme-signature'] === `sha256=${digest}`;
  });
});

it('The body of a failure is as in our documentation, byte for byte', () => {
  const [wire] = assertRendering(acme, eventExample('message.failed'));
  expect(wire!.body).toBe(
    '{"event":"undelivered","id":"msg_test_001234567890","to":"+18005550100","error":"invalid_phone_number","at":1705314615000}',
  );
});

it('A webhook is tried again after 10 s, 1 min and 10 min, but not after a 400', () => {
  expect(simulateRetries(acme, [500]).map(({ at }) => at)).toEqual([0, 10_000, 70_000, 670_000]);
  expect(simulateRetries(acme, [400])).toMatchObject([{ next: 'exhausted' }]);
});
