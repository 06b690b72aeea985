import { jwtVerify } from 'jose';
import { jwtHs256 } from './jwt-hs256.js';

const claims = {
  issuer: 'api.httpsms.com',
  subject: 'XtABz6zdeFMoBLoltz6SREDvRSh2',
  audience: 'https://example.com/hook',
  issuedAt: 1700000000,
};
const key = (text: string) => new TextEncoder().encode(text);

describe('the httpSMS token', () => {
  it('has known bytes for a known key and known claims', () => {
    expect(jwtHs256('signing-key-1', claims)).toBe(
      'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcGkuaHR0cHNtcy5jb20iLCJzdWIiOiJYdEFCejZ6ZGVGTW9CTG9sdHo2U1JFRHZSU2gyIiwiYXVkIjpbImh0dHBzOi8vZXhhbXBsZS5jb20vaG9vayJdLCJleHAiOjE3MDAwMDA2MDAsIm5iZiI6MTY5OTk5OTQwMCwiaWF0IjoxNzAwMDAwMDAwfQ.pHsWufYG8a3kCK53UtjUooS9TPnJXt9bfsfgR9uStho',
    );
  });

  it('is accepted by jose, but refused with another key or outside its validity period', async () => {
    const token = jwtHs256('clé secrète', claims);
    const check = { issuer: 'api.httpsms.com', audience: 'https://example.com/hook' };
    const at = (seconds: number) => ({ ...check, currentDate: new Date(seconds * 1000) });

    const { payload, protectedHeader } = await jwtVerify(token, key('clé secrète'), at(1700000000));
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({
      iss: 'api.httpsms.com',
      sub: 'XtABz6zdeFMoBLoltz6SREDvRSh2',
      aud: ['https://example.com/hook'],
      exp: 1700000600,
      nbf: 1699999400,
      iat: 1700000000,
    });
    await expect(jwtVerify(token, key('clé secrète'), at(1700000601))).rejects.toThrow('"exp" claim');
    await expect(jwtVerify(token, key('clé secrète'), at(1699999399))).rejects.toThrow('"nbf" claim');
    await expect(jwtVerify(token, key('another'), at(1700000000))).rejects.toThrow(
      'signature verification failed',
    );
  });
});
