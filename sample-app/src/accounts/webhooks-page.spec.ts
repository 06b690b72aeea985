import request from 'supertest';
import { startBackend } from '../../../test/support/sample-app.js';

jest.setTimeout(30_000);

describe('The webhooks page of the sample', () => {
  it('opens as the account whose API key asked for the link, and refuses calls without a session', async () => {
    const backend = await startBackend();
    try {
      const { url } = (await backend.post('/webhooks-page', {}, 'demo-key-b').expect(201)).body as {
        url: string;
      };
      const { origin, pathname, hash } = new URL(url);
      const token = hash.replace('#session=', '');

      expect((await request(origin).get(pathname).expect(200)).text).toContain('<script');
      const session = request(origin).get(`${pathname}/api/session`);
      expect((await session.set('Authorization', `Bearer ${token}`).expect(200)).body).toMatchObject({
        tenantId: 'globex',
        actor: 'Globex Ltd',
      });
      await request(origin).get(`${pathname}/api/session`).expect(401);
      await backend.post('/webhooks-page', {}, 'no-such-key').expect(401);
    } finally {
      await backend.close();
    }
  });
});
