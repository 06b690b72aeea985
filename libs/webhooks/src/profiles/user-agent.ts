/** Version of the package. A test compares it with package.json. */
export const VERSION = '0.1.0';

/** The `user-agent` header of all requests. */
export const USER_AGENT = `nestjs-sms-webhooks/${VERSION}`;
