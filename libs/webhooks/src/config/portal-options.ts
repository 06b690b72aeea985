import { callable, type Check, flag, hidden, isText, listOf, value } from './checks.js';
import { decoratorList, guardList, type Guards, type RouteDecorator } from './list-checks.js';
import { group, Option } from './option.js';

/** What a visitor of the page may do. `operator`: see and pause what belongs to all tenants. */
export const PORTAL_SCOPES = ['read', 'write', 'retry', 'reveal', 'rotate', 'operator'] as const;

export type PortalScope = (typeof PORTAL_SCOPES)[number];

/** Who visits the page, as the host identifies them. */
export interface PortalVisitor {
  /** Name for the audit. Default: none. */
  actor?: string;
  /** Default: all but `operator`. */
  scopes?: PortalScope[];
}

/**
 * Returns the visitor of the page. Take the visitor from what a guard put into the request. The request is `any`: annotate
 * it with your own type, as for `tenant`.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type PortalVisitorResolver = (request: any) => PortalVisitor | Promise<PortalVisitor>;

const isLink = (given: unknown): boolean =>
  isText(given) && (/^https?:\/\//i.test(given) || /^\/(?!\/)/.test(given));
/** Accepts only paths and web addresses: a `javascript:` link would run in the page. */
const link = value<string>(isLink, 'a path such as "/login", or an http: or https: URL');
const origin = value<string>(
  (given) => isText(given) && /^https?:\/\/[\w.*-]+(:\d+)?$/i.test(given),
  'an origin such as "https://app.example.com"',
);
const text80 = value<string>((given) => isText(given) && given.length <= 80, 'a text of 1 to 80 characters');
const texts: Check<Record<string, string>> = value(
  (given) =>
    typeof given === 'object' &&
    given !== null &&
    Object.values(given).every((each) => typeof each === 'string'),
  'an object of strings',
);

/** Makes the page look like a part of the host's app. */
export class PortalBrand {
  /** Shown in the page's head and title. Default none. */
  @Option(text80) name?: string;
  /** Colour of buttons and links, such as `#0a5c36`. Default: the page's own. */
  @Option(value((given) => isText(given) && /^#[0-9a-f]{6}$/i.test(given), 'a colour such as "#0a5c36"'))
  accent?: string;
  /** A path on the page's own origin, or a `data:image/…` URL: the page loads nothing from elsewhere. Default none. */
  @Option(
    value(
      (given) => isText(given) && (/^\/(?!\/)/.test(given) || /^data:image\//i.test(given)),
      'a path such as "/logo.svg", or a data:image URL',
    ),
  )
  logoUrl?: string;
  /** Where the link "back" leads. Default: no such link. */
  @Option(link) backUrl?: string;
}

/** What the page shows of events. The server masks the rest, which never reaches the browser. */
export class PortalShow {
  /** Texts in bodies, event data and responses. Default false. */
  @Option(flag) bodies?: boolean = false;
  /** Phone numbers, wherever they are. An endpoint's own `phoneNumbers` are always shown. Default false. */
  @Option(flag) phoneNumbers?: boolean = false;
}

/** The webhooks page. */
export class PortalOptions {
  /**
   * `host`: your guards let visitors in, as they do for your own pages. `session`, for single-page apps: visitors bring
   * tokens that your code makes with `webhooks.portal.createSession()`. `both`: visitors may use either way.
   */
  @Option(
    value(
      (given) => given === 'host' || given === 'session' || given === 'both',
      '"host" (your guards let visitors in), "session" (tokens of webhooks.portal.createSession()) or "both": the page is never open to everybody',
    ),
    { isRequired: true },
  )
  access: 'host' | 'session' | 'both';
  /** Path of the page, below the host's prefix. Default `webhooks-portal`. */
  @Option(
    value(
      (given) => isText(given) && /^\/?[\w.~-]+(\/[\w.~-]+)*\/?$/.test(given),
      'a path, such as "settings/webhooks"',
    ),
  )
  path?: string = 'webhooks-portal';
  /** Path or URL at which browsers find the page, if a proxy or router changes the path. Default: the path in the app. */
  @Option(
    value(
      (given) => isLink(given) && !/[?#]/.test(given as string),
      'a path, or an http: or https: URL without query',
    ),
  )
  publicUrl?: string;
  /** Guards of the page, for `host` and `both`. Default: `guards` of the module. */
  @Option(guardList) guards?: Guards;
  /**
   * Decorators for the page's controllers and their handlers. Example: `[Public()]`, if an `APP_GUARD` must not check them.
   * Default: for `host` and `both`, `decorators` of the module.
   */
  @Option(decoratorList) decorators?: RouteDecorator[];
  /** Who visits the page and what they may do, for `host` and `both`. Default: all scopes but `operator`. */
  @Option(callable('a function of the request that returns { actor, scopes }'))
  visitor?: PortalVisitorResolver;
  /**
   * Key (at least 32 characters) that signs session tokens. Default: a key that is derived from `encryption`. Required for
   * sessions if secrets are stored unencrypted.
   */
  @Option(hidden((given) => isText(given) && given.length >= 32, 'a secret of at least 32 characters'))
  secret?: string;
  /**
   * Link to which a visitor without a login is sent, for `host` and `both`; `{url}` in the link becomes the page's own
   * address. Default: none, and the guard responds.
   */
  @Option(link) loginUrl?: string;
  /** Where the link "sign in again" leads after a session has ended. Default: no such link. */
  @Option(link) returnUrl?: string;
  /** Makes the page look like a part of your app. Default: plain. */
  @Option(group(PortalBrand)) brand?: PortalBrand = new PortalBrand();
  /** Which parts of events the page shows. Default: neither texts nor phone numbers. */
  @Option(group(PortalShow)) show?: PortalShow = new PortalShow();
  /** Link to your own page about a message; `{subject}` becomes the event's subject. Default none. */
  @Option(
    value((given) => isLink(given) && (given as string).includes('{subject}'), 'a link with {subject} in it'),
  )
  subjectUrl?: string;
  /** Your own texts in place of the page's texts, by key. Default none. */
  @Option(texts) strings?: Record<string, string> = {};
  /** Origins whose pages may show this page in a frame, such as `https://app.example.com`. Default: the page's own. */
  @Option(listOf('a list of origins', origin)) frameAncestors?: string[] = [];
}

const options = group(PortalOptions);

/** `false`, or the options of the page. */
export const portalOption: Check<PortalOptions | false> = Object.assign(
  (given: unknown, option: string) => (given === false ? false : options(given, option)),
  { Group: PortalOptions },
);
