import { account } from './en/account.ts';
import { common } from './en/common.ts';
import { deliveries } from './en/deliveries.ts';
import { delivery } from './en/delivery.ts';
import { explain } from './en/explain.ts';
import { form } from './en/form.ts';
import { message } from './en/message.ts';
import { operator } from './en/operator.ts';
import { overview } from './en/overview.ts';
import { recover } from './en/recover.ts';
import { register } from './en/register.ts';
import { replay } from './en/replay.ts';
import { settings } from './en/settings.ts';
import { webhooks } from './en/webhooks.ts';

/**
 * Every text of the page, by key. `{name}` is a value; `one | other` are the forms for a number `n`. Hosts replace
 * texts by key with the option `portal.strings`, so a released key must keep its meaning.
 */
export const catalogue = {
  ...common,
  ...webhooks,
  ...form,
  ...register,
  ...settings,
  ...account,
  ...overview,
  ...deliveries,
  ...delivery,
  ...explain,
  ...message,
  ...recover,
  ...replay,
  ...operator,
} as const satisfies Record<string, string>;

export type StringKey = keyof typeof catalogue;
