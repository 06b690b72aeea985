import { mysmsgate } from '../../../libs/webhooks/src/profiles/dialects/mysmsgate.js';
import { describeInChromium } from './support/chromium.js';
import { PageWorld, TENANT } from './support/page-world.js';

describeInChromium('The form with one URL for each event', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start({
      options: { profiles: [mysmsgate({ signature: { header: 'X-Acme-Signature', prefix: 'sha256=' } })] },
    });
  });
  afterAll(() => world?.close());

  it('changes nothing if the new URL of an event is refused, and moves the event to the URL if it is accepted', async () => {
    const both = ['incoming-sms', 'delivery-report'];
    const { id } = await world.register('/both', { profile: 'mysmsgate', events: both });
    const { page } = await world.open({ query: '?screen=new&profile=mysmsgate' });
    const url = page.getByRole('textbox', { name: 'Delivery Report Webhook URL' });
    const save = page.getByRole('button', { name: 'Save settings' });
    const eventsOf = async () => (await world.host.webhooks.endpoints.get(TENANT, id)).events;

    await url.fill('ftp://example.com');
    await save.click();
    await page.locator('input[aria-invalid="true"]').waitFor();
    expect(await eventsOf()).toEqual(both);

    await url.fill(`${world.receiverUrl}/reports`);
    await save.click();
    await page.getByText('Settings saved').first().waitFor({ state: 'attached' });
    expect(await eventsOf()).toEqual(['incoming-sms']);
    const { data } = await world.host.webhooks.endpoints.list(TENANT);
    expect(data).toContainEqual(
      expect.objectContaining({ url: `${world.receiverUrl}/reports`, events: ['delivery-report'] }),
    );
  });

  it('deletes a webhook if the URLs of all its events are emptied at once', async () => {
    const both = ['incoming-sms', 'delivery-report'];
    const { id } = await world.register('/emptied', { profile: 'mysmsgate', events: both }, 'other');
    const { page } = await world.open({ tenantId: 'other', query: '?screen=new&profile=mysmsgate' });
    for (const name of ['Incoming SMS Webhook URL', 'Delivery Report Webhook URL'])
      await page.getByRole('textbox', { name }).fill('');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Settings saved').first().waitFor({ state: 'attached' });
    await expect(world.host.webhooks.endpoints.get('other', id)).rejects.toThrow();
  });
});
