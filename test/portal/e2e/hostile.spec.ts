import { describeInChromium } from './support/chromium.js';
import { spoilToken } from './support/in-page.js';
import { PageWorld, TENANT } from './support/page-world.js';

const SCRIPT = `<script>reportFault('script')</script>`;
const IMAGE = `"><img src=x onerror="reportFault('image')"><svg onload=reportFault('svg')>`;
const HOSTILE = `${SCRIPT}${IMAGE}javascript:reportFault('link')`;

// These tests have many steps in a browser. On a busy machine, each step may take a second.
jest.setTimeout(300_000);

describeInChromium('The webhooks page', () => {
  let world: PageWorld;
  let endpointId: string;
  let deliveryId: string;

  beforeAll(async () => {
    world = await PageWorld.start({
      options: {
        portal: {
          access: 'session',
          returnUrl: 'https://app.example.com/webhooks',
          show: { bodies: true, phoneNumbers: true },
        },
      },
    });
    const { pathname, search } = new URL(`http://receiver/hostile?q=${encodeURIComponent(SCRIPT)}`);
    const path = pathname + search;
    world.receiver.answers.set(path, {
      status: 500,
      body: HOSTILE,
      headers: { 'content-type': 'text/html', 'x-hostile': IMAGE },
    });
    ({ id: endpointId } = await world.register(path, {
      description: HOSTILE,
      headers: { 'x-custom': IMAGE },
    }));
    const failed = world.attempts('retrying');
    await world.publish([IMAGE], { body: HOSTILE, errorMessage: SCRIPT });
    await failed;
    deliveryId = (await world.host.webhooks.deliveries.list(TENANT)).data[0]!.id;
  });
  afterEach(() => world?.closePages());
  afterAll(() => world?.close());

  describe('with data that others have written', () => {
    it('runs no script from a URL, a description, a response, a header, an event or its own address', async () => {
      const screens = [
        '',
        `?webhook=${endpointId}`,
        `?webhook=${endpointId}&tab=deliveries`,
        `?webhook=${endpointId}&tab=settings`,
        `?webhook=${endpointId}&tab=recover`,
        `?webhook=${endpointId}&tab=replay`,
        '?screen=deliveries',
        `?delivery=${deliveryId}`,
        `?webhook=${endpointId}&delivery=${deliveryId}`,
        `?screen=message&subject=${encodeURIComponent(IMAGE)}`,
        `?screen=${encodeURIComponent(IMAGE)}`,
        `?webhook=${encodeURIComponent(IMAGE)}`,
      ];
      const { page, faults, requests } = await world.open();
      for (const query of screens) {
        await page.goto(new URL(query === '' ? '?' : query, page.url()).href);
        await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
        await requests.settled();
        const injected = await page.locator('main script, main img, main [onerror], main [onload]').count();
        const links = await page.locator('a[href^="javascript:" i]').count();
        expect({ query, faults: faults.list, injected, links }).toEqual({
          query,
          faults: [],
          injected: 0,
          links: 0,
        });
      }
    });

    it('shows scripts as text', async () => {
      const { page } = await world.open();
      await page.getByText(HOSTILE).waitFor();
      await page.goto(`${page.url()}?delivery=${deliveryId}`);
      await page.getByText(SCRIPT).first().waitFor();
    });

    it('shows nothing of another tenant, whatever ids the address of the page contains', async () => {
      const secret = 'the other tenant';
      const other = await world.register(
        '/globex',
        { description: secret, events: ['message.delivered'] },
        'globex',
      );
      const arrived = world.attempts('delivered');
      await world.publish([secret], {}, 'globex');
      await arrived;
      const { data } = await world.host.webhooks.deliveries.list('globex');
      const foreign = data[0]!.id;

      const screens = [
        `?webhook=${other.id}`,
        `?webhook=${other.id}&tab=deliveries`,
        `?webhook=${other.id}&tab=settings`,
        `?delivery=${foreign}`,
        `?webhook=${endpointId}&delivery=${foreign}`,
      ];
      const { page, requests } = await world.open();
      const answers: Promise<string>[] = [];
      page.on('response', (response) => {
        if (response.url().includes('/api/')) answers.push(response.text().catch(() => ''));
      });
      for (const query of screens) {
        await page.goto(new URL(query, page.url()).href);
        await page.getByRole('heading', { name: 'Nothing is here' }).waitFor();
        await requests.settled();
        expect([query, await page.content()]).not.toEqual([query, expect.stringContaining(secret)]);
      }
      await page.goto(new URL(`?screen=deliveries&q=${encodeURIComponent(secret)}`, page.url()).href);
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
      await requests.settled();
      expect(await page.getByRole('table').getByText(secret).count()).toBe(0);
      expect(answers.length).toBeGreaterThan(screens.length);
      expect((await Promise.all(answers)).join()).not.toContain(secret);
    });
  });

  describe('with a session', () => {
    it('asks the customer to sign in again when the session has ended, and removes all data from the page', async () => {
      await world.register('/secret-path');
      const { page, faults } = await world.open({ before: (opened) => opened.clock.install() });
      await page.getByText('/secret-path').waitFor();

      await page.clock.runFor(3_700_000);

      await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
      expect(await page.content()).not.toContain('/secret-path');
      const link = page.getByRole('link', { name: 'Sign in again' });
      expect(await link.getAttribute('href')).toBe('https://app.example.com/webhooks');
      expect(faults.list).toEqual([]);
    });

    it('asks the customer to sign in if the server refuses the session', async () => {
      const { page } = await world.open({ before: (opened) => opened.addInitScript(spoilToken) });
      await page.getByRole('link', { name: 'Sign in' }).waitFor();
    });

    it('removes the token from its address, and is signed in only in its own tab', async () => {
      const { page } = await world.open();
      await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
      expect(page.url()).not.toContain('session');

      await page.reload();
      await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();

      const another = await page.context().newPage();
      await another.goto(page.url());
      await another.getByRole('heading', { name: 'Sign in to see this page' }).waitFor();
    });
  });
});
