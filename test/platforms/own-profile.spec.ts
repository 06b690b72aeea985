import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import { useEngine } from '../engine/support/engine.js';
import { answer, inSequence } from '../engine/support/receiver.js';
import { acme } from './own/acme.js';

const message = { id: 7, direction: 'out', from: 'Acme', to: '+18005550100' } as const;

describe('A profile of the host’s own', () => {
  const engine = useEngine({ options: { profile: 'acme', profiles: [acme] } });

  it('decides how events are rendered and signed, which status is a success, and when to retry', async () => {
    engine().receiver.on('/hooks', inSequence(answer(201), answer(200)));
    const { secret } = await engine().endpoint('customer', '/hooks');
    const story = (['message.queued', 'message.delivered'] as const).map((type) =>
      messageEvent(type, { tenantId: 'customer', message }),
    );
    await engine().publish(...story);
    await engine().runOnce();
    engine().advance(13_000);
    await engine().runOnce();

    const arrivals = engine().receiver.at('/hooks');
    expect(arrivals).toHaveLength(2);
    for (const { headers, body } of arrivals) {
      expect(JSON.parse(body)).toMatchObject({ event: 'delivered', id: '7' });
      const digest = createHmac('sha256', secret!).update(body).digest('hex');
      expect(headers['x-acme-signature']).toBe(`sha256=${digest}`);
    }
    expect(await engine().deliveries('customer')).toMatchObject([
      { state: 'delivered', wireType: 'delivered', attempts: [{ status: 201 }, { status: 200 }] },
    ]);
  });

  it('accepts only its own event names in a registration', async () => {
    await expect(
      engine().endpoint('customer', '/hooks', { events: ['message.delivered'] }),
    ).rejects.toMatchObject({
      details: [
        {
          field: 'events',
          message: 'The profile acme has no event message.delivered. Known: delivered, undelivered.',
        },
      ],
    });
  });
});

it('The guide to profiles prints the files that are tested here', () => {
  const guide = readFileSync(join(__dirname, '../../docs/platforms/your-own.md'), 'utf8');
  for (const name of ['acme.ts', 'acme.spec.ts'])
    expect(guide).toContain('```ts\n' + readFileSync(join(__dirname, 'own', name), 'utf8') + '```\n');
});
