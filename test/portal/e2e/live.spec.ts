import type { Page } from 'playwright-core';
import { describeInChromium } from './support/chromium.js';
import { setVisibility } from './support/in-page.js';
import { PageWorld } from './support/page-world.js';

/** Gives a page a clock that a test can advance by minutes at once. */
const ownClock = (page: Page) => page.clock.install();

describeInChromium('The open webhooks page', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start();
  });
  afterEach(() => world?.closePages());
  afterAll(() => world?.close());

  it('shows new deliveries without a reload', async () => {
    await world.register('/live');
    const { page, faults } = await world.open({ query: '?screen=deliveries', before: ownClock });
    await page.getByText('No deliveries yet').waitFor();
    const delivered = world.attempts('delivered');
    await world.publish(['msg-live-1']);
    await delivered;

    await page.clock.runFor(6_000);
    await page.getByText('msg-live-1').waitFor();

    expect(faults.list).toEqual([]);
  });

  it('loads nothing while it is hidden, and updates when it is visible again', async () => {
    await world.register('/hidden');
    const { page, requests } = await world.open({ query: '?screen=deliveries', before: ownClock });
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.url()));
    const asked = page.waitForRequest(/\/deliveries\?/);
    await page.clock.runFor(6_000);
    await asked;
    await requests.settled();

    await page.evaluate(setVisibility, 'hidden');
    calls.length = 0;
    await page.clock.runFor(300_000);
    await page.evaluate('1'); // when this returns, `calls` contains all earlier requests
    const whileHidden = [...calls];
    const askedAgain = page.waitForRequest(/\/deliveries\?/);
    await page.evaluate(setVisibility, 'visible');
    await page.clock.runFor(6_000);
    await askedAgain;

    expect(whileHidden).toEqual([]);
  });
});
