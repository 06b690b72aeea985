import { describeInChromium } from './support/chromium.js';
import { seriousFindings, sidewaysScrollers } from './support/page-checks.js';
import { PageWorld, TENANT } from './support/page-world.js';

const THEMES = ['light', 'dark'] as const;
/** Widths (px) of a phone, a tablet and a desktop. */
const WIDTHS = [360, 768, 1440];
const LONG = 'a-very-long-word-without-a-place-to-break-it-'.repeat(4);

// These tests have many steps in a browser. On a busy machine, each step may take a second.
jest.setTimeout(300_000);

describeInChromium('Each screen of the webhooks page', () => {
  let world: PageWorld;
  const screens: Record<string, string> = {};

  beforeAll(async () => {
    world = await PageWorld.start({
      options: { portal: { access: 'session', show: { bodies: true, phoneNumbers: true } } },
    });
    const { webhooks } = world.host;
    world.receiver.answers.set('/broken', { status: 500, body: LONG, headers: { 'x-long': LONG } });
    const broken = await world.register('/broken', { description: LONG });
    await world.register(`/ok/${LONG}`, { events: ['message.delivered', 'message.failed', 'message.sent'] });
    await world.register('/paused', { active: false, phoneNumbers: ['+18005550199'] });
    await world.register('/httpsms', { profile: 'httpsms', events: ['message.phone.delivered'] });
    const failed = world.attempts('retrying', 3);
    await world.publish(['m1', 'm2', LONG], { body: LONG });
    await failed;
    const { data } = await webhooks.deliveries.list(TENANT, { endpointId: broken.id });
    const delivery = data[0]!.id;
    Object.assign(screens, {
      webhooks: '',
      register: '?screen=new',
      'register for MySMSGate': '?screen=new&profile=mysmsgate',
      overview: `?webhook=${broken.id}`,
      'deliveries of a webhook': `?webhook=${broken.id}&tab=deliveries`,
      settings: `?webhook=${broken.id}&tab=settings`,
      recover: `?webhook=${broken.id}&tab=recover`,
      replay: `?webhook=${broken.id}&tab=replay`,
      deliveries: '?screen=deliveries',
      'no delivery that matches': '?screen=deliveries&q=nothing',
      delivery: `?delivery=${delivery}`,
      message: `?screen=message&subject=${LONG}`,
      'search for a message': '?screen=message',
      account: '?screen=account',
      operator: '?screen=operator',
      unknown: '?screen=nothing',
      'of another tenant': '?webhook=wh_01M8M4GKV8EH5V40W63G0ZJQ30',
    });
  });
  afterEach(() => world?.closePages());
  afterAll(() => world?.close());

  it('has no serious finding of axe and does not scroll sideways, in light and in dark', async () => {
    const { page, faults, requests } = await world.open({
      scopes: ['read', 'write', 'retry', 'reveal', 'rotate', 'operator'],
    });
    const found: Record<string, string[]> = {};
    for (const [name, query] of Object.entries(screens)) {
      await page.goto(new URL(query === '' ? '?' : query, page.url()).href);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await requests.settled();
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of THEMES) {
          await page.emulateMedia({ colorScheme });
          const problems = await sidewaysScrollers(page);
          if (width !== 768) problems.push(...(await seriousFindings(page)));
          if (problems.length > 0) found[`${name}, ${width} px, ${colorScheme}`] = problems;
        }
      }
    }
    expect(found).toEqual({});
    expect(faults.list).toEqual([]);
  });

  it('has no serious finding of axe when the session has ended', async () => {
    const { page } = await world.open({ before: (opened) => opened.clock.install() });
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    await page.clock.fastForward(3_700_000);
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    expect([...(await seriousFindings(page)), ...(await sidewaysScrollers(page))]).toEqual([]);
  });
});
