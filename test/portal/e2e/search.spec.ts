import { describeInChromium } from './support/chromium.js';
import { PageWorld } from './support/page-world.js';

/** More than the API returns at once. */
const WEBHOOKS = 101;

describeInChromium('The list of webhooks', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start({
      options: { limits: { endpointsPerTenant: WEBHOOKS, registrationsPerMinute: WEBHOOKS } },
    });
  });
  afterAll(() => world?.close());

  it('finds a webhook on a later page of the API, and says if no webhook matches', async () => {
    await world.register('/oldest');
    for (let i = 1; i < WEBHOOKS; i++) await world.register(`/hooks/${i}`);
    const { page, faults } = await world.open();
    const search = page.getByRole('searchbox');
    await page.getByText('/hooks/100').waitFor();
    expect(await page.getByText('/oldest').count()).toBe(0);

    await search.fill('OLDEST');
    await page.getByText('/oldest').waitFor();

    await search.fill('nowhere');
    await page.getByRole('button', { name: 'Clear filters' }).waitFor();
    expect(faults.list).toEqual([]);
  });
});
