import { isIP } from 'node:net';
import { EgressGuard, type EgressRules } from './egress-guard.js';
import { NON_HTTP_PORTS, RESERVED_SUFFIXES } from './reserved-destinations.js';

/** Injects the {@link UrlPolicy}. */
export const URL_POLICY = Symbol('webhooks:url-policy');

/** The rules for webhook URLs: {@link EgressRules}, and rules for the scheme and the port. */
export interface UrlRules extends EgressRules {
  /** Allows `http:` besides `https:`. Default: false. */
  allowHttp?: boolean;
  /** The only allowed ports. Default: all, except ports of well-known protocols other than HTTP. */
  allowedPorts?: readonly number[];
}

/** A URL that passed the checks, with the parts that a request needs. */
export interface CheckedUrl {
  /** Normalized, to store and to show. */
  href: string;
  origin: string;
  /** Path and query. */
  path: string;
}

/**
 * `invalid_url`: not a valid web address. `https_required`: starts with `http:`. `url_credentials`, `url_fragment`: contains
 * a user name, password or fragment. `destination_not_allowed`: the module does not send there.
 */
export type UrlRefusal =
  'invalid_url' | 'https_required' | 'url_credentials' | 'url_fragment' | 'destination_not_allowed';

/**
 * The message that a tenant gets for a refused destination. It is the same for each reason, so that it reveals nothing about
 * the network. Only a name with an underscore has a message of its own.
 */
export const DESTINATION_NOT_ALLOWED = 'This destination is not allowed. Use a public https address.';

/** A URL is refused. `message` is for the tenant, and `reason` is only for the operator's log. */
export class UrlRefusedError extends Error {
  override readonly name = 'UrlRefusedError';
  readonly field = 'url';
  constructor(
    readonly code: UrlRefusal,
    message: string,
    readonly reason: string = message,
  ) {
    super(message);
  }
}

const MAX_URL_LENGTH = 2048;
// oxlint-disable-next-line no-control-regex -- it is meant to find control characters
const FORBIDDEN_CHARACTER = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\\]|\p{Cf}|\p{Surrogate}/u;
const WEB_ADDRESS = /^(https?):\/\/([^/?#]+)/i;
const PLAIN_AUTHORITY = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([1-9]\d{0,4}))?$/i;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Checks URLs without any network access: at registration, and again before requests are sent, because a row may be older
 * than a rule. The addresses that a name resolves to are checked when the connection is opened.
 */
export class UrlPolicy {
  private readonly ports: ReadonlySet<number> | null;

  constructor(
    private readonly rules: UrlRules = {},
    private readonly guard: EgressGuard = new EgressGuard(rules),
  ) {
    this.ports = rules.allowedPorts ? new Set(rules.allowedPorts) : null;
  }

  /**
   * @param httpsOnly refuses `http:` even if `allowHttp` is on
   * @throws UrlRefusedError
   */
  check(raw: string, { httpsOnly = false }: { httpsOnly?: boolean } = {}): CheckedUrl {
    const [scheme, host, port] = this.readAuthority(raw);
    const url = parse(raw);
    // In an octal, hexadecimal or short address, the parser sees another host than a person does.
    if (host.toLowerCase() !== url.hostname) refuse(`host written as "${host}" means "${url.hostname}"`);
    this.checkHost(url.hostname);
    this.checkPort(Number(port ?? (scheme === 'https' ? 443 : 80)));
    if (scheme === 'http' && (httpsOnly || !this.rules.allowHttp)) {
      throw new UrlRefusedError('https_required', 'The URL must start with https://.');
    }
    if (url.href.length > MAX_URL_LENGTH) throw tooLong();
    return { href: url.href, origin: url.origin, path: url.pathname + url.search };
  }

  private readAuthority(raw: string): [scheme: string, host: string, port: string | undefined] {
    if (typeof raw !== 'string') throw new UrlRefusedError('invalid_url', 'The URL must be a string.');
    if (raw.length > MAX_URL_LENGTH) throw tooLong();
    if (FORBIDDEN_CHARACTER.test(raw)) {
      throw new UrlRefusedError(
        'invalid_url',
        'The URL must not contain spaces, backslashes, control characters or invisible characters. Percent-encode them in the path or query if they belong there.',
      );
    }
    const [, scheme, authority] = WEB_ADDRESS.exec(raw) ?? [];
    if (!scheme || !authority) {
      throw new UrlRefusedError(
        'invalid_url',
        'The URL must be a web address such as https://example.com/webhooks.',
      );
    }
    if (authority.includes('@')) {
      throw new UrlRefusedError('url_credentials', 'The URL must not contain a user name or password.');
    }
    if (raw.includes('#')) {
      throw new UrlRefusedError('url_fragment', 'The URL must not contain a fragment (#).');
    }
    const [, host, port] = PLAIN_AUTHORITY.exec(authority) ?? [];
    if (!host) {
      throw new UrlRefusedError(
        'invalid_url',
        'The host of the URL must be a plain ASCII name or address, with a port from 1 to 65535 if any. Write international names in their xn-- form.',
      );
    }
    return [scheme.toLowerCase(), host, port];
  }

  private checkHost(hostname: string): void {
    const address = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
    if (isIP(address) !== 0) {
      if (!this.guard.allowsAddress(address)) refuse(`address ${address} is not public`);
      return;
    }
    if (this.guard.trustsHost(hostname)) return;
    if (hostname.endsWith('.')) refuse('host name ends with a dot');
    const labels = hostname.split('.');
    if (labels.length < 2) refuse(`"${hostname}" is not a fully qualified name`);
    if (labels.some((label) => label.includes('_')))
      throw new UrlRefusedError(
        'destination_not_allowed',
        'The host name must not contain an underscore, because public certificates are not issued for such names. Use a name with letters, digits and hyphens only.',
      );
    if (hostname.length > 253 || !labels.every((label) => LABEL.test(label)))
      refuse(`"${hostname}" is not a host name`);
    const reservedSuffix = RESERVED_SUFFIXES.find((suffix) => `.${hostname}`.endsWith(`.${suffix}`));
    if (reservedSuffix) refuse(`names under "${reservedSuffix}" are reserved`);
  }

  private checkPort(port: number): void {
    if (this.ports ? !this.ports.has(port) : NON_HTTP_PORTS.has(port)) refuse(`port ${port} is not allowed`);
  }
}

const DEFAULT_RULES: UrlRules = {};
const policies = new WeakMap<UrlRules, UrlPolicy>();

/**
 * Checks a URL for registration, without DNS or requests, and returns its normalized form. The compiled rules are cached by
 * the `rules` object: pass the same object each time.
 * @throws UrlRefusedError with `field`, `code`, a `message` for the tenant and a `reason` for the operator
 */
export function checkUrl(raw: string, rules: UrlRules = DEFAULT_RULES): string {
  let policy = policies.get(rules);
  if (!policy) policies.set(rules, (policy = new UrlPolicy(rules)));
  return policy.check(raw).href;
}

function parse(raw: string): URL {
  try {
    return new URL(raw);
  } catch {
    throw new UrlRefusedError('invalid_url', 'The URL is not a valid web address.');
  }
}

function refuse(reason: string): never {
  throw new UrlRefusedError('destination_not_allowed', DESTINATION_NOT_ALLOWED, reason);
}

function tooLong(): UrlRefusedError {
  return new UrlRefusedError('invalid_url', `The URL must be at most ${MAX_URL_LENGTH} characters long.`);
}
