/** The parameters of the query string. Missing ones are `undefined`. */
export type Params = Readonly<Record<string, string | undefined>>;

export type ScreenName =
  | 'webhooks'
  | 'register'
  | 'overview'
  | 'webhook-deliveries'
  | 'settings'
  | 'recover'
  | 'replay'
  | 'deliveries'
  | 'delivery'
  | 'message'
  | 'account'
  | 'operator'
  | 'unknown';

export interface Route {
  screen: ScreenName;
  params: Params;
}

/** Screens of one webhook: `?webhook=wh_…&tab=…`. */
const TABS: Record<string, ScreenName> = {
  overview: 'overview',
  deliveries: 'webhook-deliveries',
  settings: 'settings',
  recover: 'recover',
  replay: 'replay',
};

/** Screens that belong to no webhook: `?screen=…`. */
const SCREENS: Record<string, ScreenName> = {
  webhooks: 'webhooks',
  new: 'register',
  deliveries: 'deliveries',
  message: 'message',
  account: 'account',
  operator: 'operator',
};

function screenOf(params: Params, home: ScreenName): ScreenName {
  if (params.delivery) return 'delivery';
  if (params.webhook) return TABS[params.tab ?? 'overview'] ?? 'unknown';
  return params.screen ? (SCREENS[params.screen] ?? 'unknown') : home;
}

/** Reads a query string. `home` is the screen to show if there are no parameters. */
export function parseRoute(search: string, home: ScreenName = 'webhooks'): Route {
  const params: Params = Object.fromEntries(new URLSearchParams(search));
  return { screen: screenOf(params, home), params };
}

/** Writes the parameters that are not empty as a query string: `?webhook=wh_…&tab=settings`. */
export function searchOf(params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value) search.set(name, value);
  const text = search.toString();
  return text ? `?${text}` : '';
}
