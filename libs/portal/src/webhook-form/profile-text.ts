import { catalogue, type StringKey } from '../strings/catalogue.ts';
import { t, type Values } from '../strings/translate.ts';

/** A text in the words of a platform, `key@profile`, if the catalogue has it; else the usual one. */
export function profileText(key: StringKey, profile: string, values?: Values): string {
  const own = `${key}@${profile}`;
  return t(own in catalogue ? (own as StringKey) : key, values);
}
