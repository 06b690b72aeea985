import { verifyWebhook } from 'nestjs-sms-webhooks-receiver';
import type { Page } from 'playwright-core';
import { standard } from '../../../libs/webhooks/src/profiles/dialects/standard.js';
import { defineProfile } from '../../../libs/webhooks/src/profiles/profile.js';
import { describeInChromium } from './support/chromium.js';
import { press, tabTo, type } from './support/keyboard.js';
import { PageWorld } from './support/page-world.js';

const HOUR_MS = 3_600_000;

// This test has many steps in a browser. On a busy machine, each step may take a second.
jest.setTimeout(300_000);

describeInChromium('With only the keyboard, a customer', () => {
  let world: PageWorld;
  let page: Page;
  let faults: string[];
  let secret: string;

  beforeAll(async () => {
    world = await PageWorld.start({
      // The first automatic retry is due after an hour, so none happens during the test.
      options: {
        profiles: [defineProfile({ ...standard(), schedule: [HOUR_MS, HOUR_MS, HOUR_MS] })],
        portal: { access: 'session', show: { bodies: true } },
      },
    });
    const opened = await world.open({
      browser: { permissions: ['clipboard-read', 'clipboard-write'], viewport: { width: 1280, height: 800 } },
      before: (created) => created.clock.install(),
    });
    page = opened.page;
    faults = opened.faults.list;
  });
  afterAll(() => world?.close());

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const link = (name: string | RegExp) => page.getByRole('link', { name, exact: true });
  const main = () => page.getByRole('main');
  /** Moves the page's clock beyond the page's next poll, so that the page reads its data again. */
  const nextRead = () => page.clock.runFor(6_000);

  async function addWebhook(): Promise<void> {
    await press(page, link('Add webhook').first());
    await type(page, page.getByRole('textbox', { name: 'URL' }), `${world.receiverUrl}/orders`);
    await tabTo(page, page.getByRole('radio', { name: 'Only these events' }));
    await page.keyboard.press('ArrowDown');
    await press(page, button('Add webhook'));

    await press(page, button('Copy secret'));

    await page.getByText('Copied secret').first().waitFor({ state: 'attached' });
    secret = await page.evaluate('navigator.clipboard.readText()');
    expect(secret).toMatch(/^whsec_/);
  }

  async function sendTestEvent(): Promise<void> {
    await press(page, button('Send test event'));
    await press(page, button('Send'));
    await page
      .getByRole('dialog')
      .getByText(/^Your server responded 200 in/)
      .waitFor();
    const [{ headers, body }] = world.receiver.received as [(typeof world.receiver.received)[0]];
    expect(verifyWebhook({ profile: 'standard', headers, body, secrets: secret }).type).toMatch(/^message\./);

    await press(page, link('Show the delivery'));

    await main().getByText('Delivered', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Request' }).getByText('webhook-signature').waitFor();
    await page.getByRole('region', { name: 'Response' }).getByText('200').waitFor();
  }

  async function seeWhyItFails(): Promise<void> {
    world.receiver.answers.set('/orders', { status: 500, body: 'out of order' });
    const failed = world.attempts('retrying', 3);
    await world.publish(['order-1', 'order-2', 'order-3']);
    await failed;

    await press(
      page,
      page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Webhooks' }),
    );
    await page
      .getByRole('row', { name: /\/orders/ })
      .getByText('Failing')
      .waitFor();
    await press(page, link(`${world.receiverUrl}/orders`));
    await page.getByText('Your server has an error of its own (500)').waitFor();
    await press(page, link('Show a delivery with this problem'));
    await page.getByText('out of order').waitFor();
    const failedAgain = world.attempts('retrying');
    await press(page, button('Send now'));
    await failedAgain;
    await nextRead();

    await link(/^Attempt 2 500/).waitFor();
  }

  async function retryAndRecover(): Promise<void> {
    world.receiver.answers.delete('/orders');
    const delivered = world.attempts('delivered');
    await press(page, button('Send now'));
    await delivered;
    await nextRead();
    await link(/^Attempt 3 200/).waitFor();
    await main().getByText('Delivered', { exact: true }).waitFor();

    await press(page, link(`${world.receiverUrl}/orders`));
    await press(page, link('Recover'));
    await press(page, button('Count deliveries'));
    await page.getByText('2 deliveries can be sent again').waitFor();
    const recovered = world.attempts('delivered', 2);
    await press(page, button('Send 2 again'));
    await recovered;
    await nextRead();
    await page.getByText('No delivery waits any more.').waitFor();
  }

  async function rotateSecret(): Promise<void> {
    await press(
      page,
      page.getByRole('navigation', { name: 'Webhook' }).getByRole('link', { name: 'Settings' }),
    );
    await press(page, button('Rotate secret'));
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Rotate' }));
    await press(page, button('Copy secret'));
    const rotated = await page.evaluate<string>('navigator.clipboard.readText()');
    await press(page, button('Done'));

    const delivered = world.attempts('delivered');
    await world.publish(['order-4']);
    await delivered;

    expect(rotated).not.toBe(secret);
    const { headers, body } = world.receiver.received.at(-1)!;
    for (const secrets of [rotated, secret])
      expect(verifyWebhook({ profile: 'standard', headers, body, secrets }).type).toBe('message.delivered');
  }

  it('adds a webhook, tests it, finds out why it fails, retries, recovers and rotates its secret', async () => {
    await addWebhook();
    await sendTestEvent();
    await seeWhyItFails();
    await retryAndRecover();
    await rotateSecret();
    expect(faults).toEqual([]);
  });
});
