import { describeInChromium } from './support/chromium.js';
import { PageWorld } from './support/page-world.js';

describeInChromium('The dialog that rotates a secret', () => {
  let world: PageWorld;

  beforeAll(async () => {
    world = await PageWorld.start();
  });
  afterEach(() => world?.closePages());
  afterAll(() => world?.close());

  async function openDialog(endpointId: string) {
    const { page } = await world.open({
      query: `?webhook=${endpointId}&tab=settings`,
      scopes: ['read', 'rotate'],
    });
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    return { page, dialog: page.getByRole('dialog', { name: 'Rotate secret' }) };
  }

  it('offers to keep the old secret valid if the format has room for both signatures', async () => {
    const { id } = await world.register('/standard');
    const { page, dialog } = await openDialog(id);
    await dialog.getByRole('combobox', { name: 'The old secret stays valid' }).selectOption('for 1 hour');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await page.getByText('The old secret is valid until').waitFor();
  });

  it('ends the old secret at once if the format has room for only one signature', async () => {
    const events = ['message.phone.delivered'];
    const { id } = await world.register('/httpsms', {
      profile: 'httpsms',
      events,
      secret: 'the-first-secret',
    });
    const { page, dialog } = await openDialog(id);
    await dialog.getByRole('textbox', { name: 'New secret' }).fill('the-second-secret');
    expect(await dialog.getByRole('combobox').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await page.getByText('An earlier secret is not valid any more.').waitFor();
  });
});
