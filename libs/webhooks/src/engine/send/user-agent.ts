/** Of the package; a test holds it to package.json. */
export const VERSION = '0.1.0';

/** What receivers see as `user-agent`. */
export const USER_AGENT = `nestjs-sms-webhooks/${VERSION}`;
