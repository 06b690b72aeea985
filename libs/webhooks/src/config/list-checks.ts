import type { AlertChannel } from '../alerts/alert-channel.js';
import type { Profile } from '../profiles/profile.js';
import { type Check, isText, kindOf, mustBe } from './checks.js';

/** Members are found by their names later: each has one, and no two have the same. */
function assertDistinctNames(list: readonly { name: unknown }[], option: string): void {
  const names = list.map((each) => each?.name);
  if (names.every(isText) && new Set(names).size === names.length) return;
  throw mustBe(
    option,
    names.map((name) => (isText(name) ? name : kindOf(name))).join(', '),
    'a list whose members have different names',
  );
}

export const profileList: Check<Profile[]> = (value, option) => {
  if (!Array.isArray(value)) throw mustBe(option, value, 'a list of profiles');
  assertDistinctNames(value, option);
  return value;
};

/** An alert remembers by the name of a channel that it was handed over. */
export const channelList: Check<AlertChannel[]> = (value, option) => {
  if (!Array.isArray(value)) throw mustBe(option, value, 'a list of channels');
  assertDistinctNames(value, option);
  const incomplete = (value as AlertChannel[]).find((channel) => typeof channel.send !== 'function');
  if (incomplete) throw mustBe(option, incomplete.name, 'a list of channels that have a send function each');
  return value;
};
