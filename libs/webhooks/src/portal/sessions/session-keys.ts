import { hkdfSync } from 'node:crypto';
import type { PortalOptions } from '../../config/portal-options.js';
import type { Settings } from '../../config/settings.js';
import { WebhooksSetupError } from '../../core/errors.js';
import { createKeyRing, type KeyRing } from '../../secrets/key-ring.js';

const KEY_BYTES = 32;
/** Id of the key that is derived from `portal.secret`. */
const OWN = 'portal';

/**
 * Derives the keys of session tokens from the keys that encrypt secrets, or from `portal.secret`. A derived key reveals
 * neither the key that it comes from nor the keys of other pages.
 *
 * @param place where the page is: a token for one page must not open another page of the same host
 * @throws WebhooksSetupError if there is neither an encryption key nor `portal.secret`
 */
export function createSessionKeys(
  { secret }: Pick<PortalOptions, 'secret'>,
  { encryption }: Pick<Settings, 'encryption'>,
  place: string,
): KeyRing {
  const derive = (key: string | Buffer): Buffer =>
    Buffer.from(hkdfSync('sha256', key, '', `nestjs-sms-webhooks portal session\0${place}`, KEY_BYTES));
  if (secret !== undefined) return { current: OWN, keys: new Map([[OWN, derive(secret)]]) };
  if (!encryption?.current?.key) {
    throw new WebhooksSetupError(
      'WebhooksModule: session tokens of the webhooks page need a key. Set encryption, or set portal.secret to at least 32 random characters (`openssl rand -base64 32`).',
    );
  }
  const ring = createKeyRing(encryption);
  return { current: ring.current, keys: new Map([...ring.keys].map(([id, key]) => [id, derive(key)])) };
}
