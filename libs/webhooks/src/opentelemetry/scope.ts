import { VERSION } from '../profiles/user-agent.js';

/** The instrumentation scope: name and version of the package. */
export const SCOPE = { name: 'nestjs-sms-webhooks', version: VERSION } as const;
