import { generateSecret } from './signatures/standard-secret.js';
import type { SecretRules } from './profile.js';

/** Secrets that are keys as they are written, in UTF-8. */
export interface TextSecretOptions {
  owner: SecretRules['owner'];
  required: boolean;
  callerSupplied?: boolean;
  /** Characters that a caller's secret has at least. */
  shortest: number;
  /** Characters that it has at most. */
  longest: number;
}

/**
 * Rules for secrets that are used as they are written. One header holds one signature, so the newest secret signs alone.
 * Generated ones have the form of Standard Webhooks, which every built-in profile can sign with: an account's secret
 * stays good when the account's default profile changes.
 */
export function textSecret(options: TextSecretOptions): SecretRules {
  const { owner, required, callerSupplied = false, shortest, longest } = options;
  const sentence = `The secret must be ${shortest} to ${longest} printable characters, with no space at either end.`;
  return {
    owner,
    required,
    callerSupplied,
    signsWithAll: false,
    generate: generateSecret,
    check: (secret) => {
      const fits = secret.length >= shortest && secret.length <= longest;
      // Control characters and halves of a surrogate pair do not survive a dashboard or UTF-8.
      return fits && secret.trim() === secret && !/[\p{Cc}\p{Cs}]/u.test(secret) ? null : sentence;
    },
  };
}
