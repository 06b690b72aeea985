import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { USER_AGENT, VERSION } from '../../libs/webhooks/src/profiles/user-agent.js';

it('The version in the code is that of the package, and receivers see it', () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../../libs/webhooks/package.json'), 'utf8'));
  expect(VERSION).toBe(manifest.version);
  expect(USER_AGENT).toBe(`nestjs-sms-webhooks/${manifest.version}`);
});
