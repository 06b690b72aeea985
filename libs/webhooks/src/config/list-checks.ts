import type { CanActivate, Type } from '@nestjs/common';
import type { AlertChannel } from '../alerts/alert-channel.js';
import type { Profile } from '../profiles/profile.js';
import { type Check, isText, kindOf, listOf, mustBe, value } from './checks.js';

/** A decorator of classes, of methods, or of both, such as `Roles('admin')` or the result of `applyDecorators(…)`. */
export type RouteDecorator = ClassDecorator | MethodDecorator;

/** Guards of routes. `'global'`: the host's `APP_GUARD` protects them. */
export type Guards = (Type<CanActivate> | CanActivate)[] | 'global';

const isFunction = (given: unknown): boolean => typeof given === 'function';

/** Members are looked up by name later, so each needs a name of its own. */
function assertDistinctNames(list: readonly { name: unknown }[], option: string): void {
  const names = list.map((each) => each?.name);
  if (names.every(isText) && new Set(names).size === names.length) return;
  throw mustBe(
    option,
    names.map((name) => (isText(name) ? name : kindOf(name))).join(', '),
    'a list whose members have different names',
  );
}

export const profileList: Check<Profile[]> = (given, option) => {
  if (!Array.isArray(given)) throw mustBe(option, given, 'a list of profiles');
  assertDistinctNames(given, option);
  return given;
};

/** A stored alert lists the names of the channels that have taken the alert, so these names must differ. */
export const channelList: Check<AlertChannel[]> = (given, option) => {
  if (!Array.isArray(given)) throw mustBe(option, given, 'a list of channels');
  assertDistinctNames(given, option);
  const incomplete = (given as AlertChannel[]).find((channel) => typeof channel.send !== 'function');
  if (incomplete) throw mustBe(option, incomplete.name, 'a list of channels, each with a send function');
  return given;
};

export const guardList: Check<Guards> = value<Guards>(
  areGuards,
  "a list of at least one guard, or 'global' if your APP_GUARD protects the routes",
);

export const decoratorList: Check<RouteDecorator[]> = listOf(
  'a list of decorators',
  value<RouteDecorator>(isFunction, 'a decorator, such as Roles("customer")'),
);

function areGuards(given: unknown): boolean {
  if (given === 'global') return true;
  return (
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((guard) => isFunction(guard) || isFunction(guard?.canActivate))
  );
}
