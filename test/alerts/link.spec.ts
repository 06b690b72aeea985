import type { WebhookAlert } from '../../libs/webhooks/src/alerts/alert-channel.js';
import { callbackChannel } from '../../libs/webhooks/src/alerts/channels/callback-channel.js';
import { delivered, useEngine } from '../engine/support/engine.js';
import { answer } from '../engine/support/receiver.js';

describe('An alert whose link cannot be made', () => {
  const heard: WebhookAlert[] = [];
  const engine = useEngine({
    options: {
      alerts: {
        channels: [callbackChannel((alert) => heard.push(alert))],
        endpointUrl: () => {
          throw new Error('no such page');
        },
      },
    },
  });

  it('is told without it, at once', async () => {
    engine().receiver.on('/hooks', answer(410));
    const { id } = await engine().endpoint('acme', '/hooks');
    await engine().publish(delivered('acme', 'm1'));
    await engine().runOnce();
    expect(heard).toMatchObject([{ kind: 'endpoint.disabled', endpointId: id }]);
    expect(engine().log.errors.splice(0)).toEqual([
      'alerts.endpointUrl threw (no such page): the alert is sent without a link',
    ]);
  });
});
