import { banner } from './banner.js';

const urls = { api: 'http://127.0.0.1:3000/api/v1', postgres: 'postgres://127.0.0.1/x', profile: 'standard' };

describe('The banner', () => {
  it('names the keys of the demo accounts', () => {
    const text = banner({ ...urls, keys: ['demo-key-a', 'demo-key-b'] });
    expect(text).toContain('keys: demo-key-a, demo-key-b');
    expect(text).toContain('Bearer demo-key-a');
  });

  it('names no key if there are no demo accounts, such as in production', () => {
    const text = banner({ ...urls, keys: [] });
    expect(text).not.toContain('demo-key');
    expect(text).toContain('Bearer $API_KEY');
  });
});
