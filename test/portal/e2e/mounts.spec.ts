import { describeInChromium } from './support/chromium.js';
import { PageWorld, type Visit } from './support/page-world.js';
import { RewritingProxy } from './support/rewriting-proxy.js';

describeInChromium('The webhooks page in a browser', () => {
  let world: PageWorld | undefined;
  let proxy: RewritingProxy | undefined;

  afterEach(async () => {
    await world?.close();
    await proxy?.close();
    world = proxy = undefined;
  });

  /** Opens a webhook, pauses it, and reads it again. */
  async function pauseWebhook(running: PageWorld, visit: Visit): Promise<void> {
    await running.register('/mounted');
    const { page, faults } = await running.open(visit);
    await page.getByRole('link', { name: `${running.receiverUrl}/mounted` }).click();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(faults.list).toEqual([]);
  }

  it('works on Fastify, below a global prefix', async () => {
    world = await PageWorld.start({ adapter: 'fastify', configure: (app) => app.setGlobalPrefix('api') });

    await pauseWebhook(world, {});
  });

  it('works behind a proxy that serves the page at another path', async () => {
    world = await PageWorld.start();
    proxy = await RewritingProxy.start(await world.host.app.getUrl(), '/settings/of/acme');

    await pauseWebhook(world, { origin: proxy.url });
  });
});
