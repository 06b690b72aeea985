import type { Profile } from '../profiles/profile.js';

/**
 * The catalogue's type of the event that the test route sends to an endpoint.
 *
 * @param events what the endpoint subscribed to
 * @param asked a name of the profile's vocabulary, or of the catalogue where that is the vocabulary. Left out: the
 * profile's own choice, unless the endpoint's list names others
 * @returns `null` where the profile has no such name
 */
export function chooseTestType(profile: Profile, events: readonly string[], asked?: string): string | null {
  const { testTypes, testType } = profile;
  if (!testTypes) return asked ?? testType;
  if (asked !== undefined) return Object.hasOwn(testTypes, asked) ? testTypes[asked]! : null;
  const named = events.flatMap((name) => (Object.hasOwn(testTypes, name) ? [testTypes[name]!] : []));
  return named.length === 0 || named.some((type) => type === testType) ? testType : named[0]!;
}
