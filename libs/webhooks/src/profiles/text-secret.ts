import { generateSecret } from './signatures/standard-secret.js';
import type { SecretRules } from './profile.js';

/** Rules for secrets that are used as text: their UTF-8 bytes are the key. */
export interface TextSecretOptions {
  owner: SecretRules['owner'];
  required: boolean;
  callerSupplied?: boolean;
  /** Minimum length (characters) of a secret that a caller brings. */
  shortest: number;
  /** Maximum length (characters) of a secret that a caller brings. */
  longest: number;
}

/**
 * Returns rules for secrets that are used as text. The header has one signature, so only the newest secret signs.
 * Generated secrets have the form of Standard Webhooks. Every built-in profile can sign with this form, so an account's
 * secret stays valid when the account's default profile changes.
 */
export function textSecret(options: TextSecretOptions): SecretRules {
  const { owner, required, callerSupplied = false, shortest, longest } = options;
  const rule = `The secret must be ${shortest} to ${longest} printable characters, with no space at either end.`;
  return {
    owner,
    required,
    callerSupplied,
    signsWithAll: false,
    generate: generateSecret,
    check: (secret) => {
      const hasLength = secret.length >= shortest && secret.length <= longest;
      // Dashboards drop control characters, and UTF-8 cannot encode half of a surrogate pair.
      return hasLength && secret.trim() === secret && !/[\p{Cc}\p{Cs}]/u.test(secret) ? null : rule;
    },
  };
}
