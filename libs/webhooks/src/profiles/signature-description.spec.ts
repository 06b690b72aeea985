import { builtInProfiles } from './dialects/built-in-profiles.js';
import { mysmsgate } from './dialects/mysmsgate.js';
import { standard } from './dialects/standard.js';
import { describeSignature } from './signature-description.js';

const body = (header: string) => ({ kind: 'body', header, prefix: '', encoding: 'hex' });

describe('The description of a signature', () => {
  it('says how each built-in profile signs', () => {
    expect(
      Object.fromEntries(builtInProfiles.map((profile) => [profile.name, describeSignature(profile)])),
    ).toEqual({
      standard: { kind: 'standard' },
      'standard-cloudevents': { kind: 'standard' },
      msgine: body('x-msgine-signature'),
      opensms: body('x-opensms-signature'),
      mysmsgate: body('x-mysmsgate-signature'),
      'mobile-text-alerts': body('x-signature'),
      httpsms: { kind: 'jwt' },
    });
  });

  it('follows the header that a host has chosen', () => {
    const signature = { header: 'X-Acme', prefix: 'sha256=', encoding: 'base64' as const };
    expect(describeSignature(mysmsgate({ signature }))).toEqual({
      kind: 'body',
      header: 'x-acme',
      prefix: 'sha256=',
      encoding: 'base64',
    });
  });

  it('is null for a signature of another kind', () => {
    expect(describeSignature(standard({ scheme: 'v1a' }))).toBeNull();
    const secretInHeader = { ...standard(), headers: () => ({ 'x-token': 'static' }) };
    expect(describeSignature(secretInHeader)).toBeNull();
  });
});
