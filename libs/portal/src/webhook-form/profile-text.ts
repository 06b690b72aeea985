import { catalogue, type StringKey } from '../strings/catalogue.ts';
import { t, type Values } from '../strings/translate.ts';

/** Returns a text in the words of a platform (`key@profile`) if the catalogue has one, otherwise the usual text. */
export function profileText(key: StringKey, profile: string, values?: Values): string {
  const own = `${key}@${profile}`;
  return t(own in catalogue ? (own as StringKey) : key, values);
}
