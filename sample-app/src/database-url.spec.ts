import { requireDatabase, withoutPassword } from './database-url.js';

describe('DATABASE_URL', () => {
  it('is refused with advice if no PostgreSQL listens there', async () => {
    await expect(requireDatabase('postgresql://postgres@127.0.0.1:1/sms')).rejects.toThrow(
      /^DATABASE_URL cannot be used: .*ECONNREFUSED.*\. Start that PostgreSQL, or unset DATABASE_URL to start one here/,
    );
  });

  it('is printed without its password', () => {
    expect(withoutPassword('postgresql://me:secret@db:5432/sms')).toBe('postgresql://me@db:5432/sms');
    expect(withoutPassword('host=db password=secret')).toBe('DATABASE_URL');
  });
});
