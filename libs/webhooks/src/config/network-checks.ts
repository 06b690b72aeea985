import { EgressGuard, type EgressRules } from '../http/policy/egress-guard.js';
import { type Check, mustBe, mustBeHidden, stringList } from './checks.js';

/** Rules of the egress guard. Each entry is checked by itself, so that the error names the wrong entry. */
export const egressRules =
  (rule: keyof EgressRules, requirement: string): Check<string[]> =>
  (value, option) => {
    const entries = stringList(value, option);
    for (const entry of entries) {
      try {
        void new EgressGuard({ [rule]: [entry] });
      } catch (error) {
        throw mustBe(option, entry, requirement, { cause: error });
      }
    }
    return entries;
  };

export const certificates: Check<string | Buffer | (string | Buffer)[]> = (value, option) => {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  const areValid = all.length > 0 && all.every((each) => Buffer.isBuffer(each) || isPem(each));
  if (!areValid) throw mustBeHidden(option, 'certificates as PEM: a string, a Buffer, or a list of them');
  return value as string;
};

const isPem = (value: unknown): boolean => typeof value === 'string' && value.includes('-----BEGIN ');

/** The error shows the URL without its user and password. */
export const proxyUrl: Check<string> = (value, option) => {
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    return value;
  // A user and a password may stand before the last @, with or without a scheme.
  const shown = typeof value === 'string' ? value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@') : value;
  throw mustBe(option, shown, 'an http:// or https:// URL');
};
