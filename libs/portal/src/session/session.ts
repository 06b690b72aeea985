import type { ProfileField } from '../api/types.ts';

export type Scope = 'read' | 'write' | 'retry' | 'reveal' | 'rotate' | 'operator';

/** How the host wants the page to look. */
export interface Brand {
  name?: string | null;
  /** `#rrggbb` */
  accent?: string | null;
  logoUrl?: string | null;
  /** Leads back to the host's own pages. */
  backUrl?: string | null;
}

/** What the webhooks of a profile may have. Forms omit each {@link ProfileField} that is not in `fields`. */
export interface ProfileRules {
  name: string;
  /** For people, such as `Mobile Text Alerts`. */
  title: string;
  /** Names that can be chosen; `null`: any event type. */
  eventNames: string[] | null;
  /** `*` and `message.*` can be chosen too. */
  wildcards: boolean;
  maxEvents: number;
  /** Each event name can have only one webhook. */
  onePerEvent: boolean;
  maxEndpoints: number | null;
  httpsOnly: boolean;
  maxThroughputPerMinute: number | null;
  fields: ProfileField[];
  secret: {
    owner: 'endpoint' | 'account';
    required: boolean;
    callerSupplied: boolean;
    signsWithAll: boolean;
  };
  timeoutMs: number;
  /** Waits (ms) before the retries, in order. */
  schedule: number[];
  /** `null`: the page has no sample code for verifying the signature. */
  signature: Signature | null;
}

/** How requests are signed. */
export type Signature =
  | { kind: 'body'; header: string; prefix: string; encoding: 'hex' | 'base64' }
  | { kind: 'standard' }
  | { kind: 'jwt' };

/** Who uses the page, what they may do, and the host's settings. */
export interface Session {
  actor: string | null;
  /** `null` for an operator who belongs to no tenant. */
  tenantId?: string | null;
  scopes: Scope[];
  /** RFC 3339; `null`: the host decides when the session ends. */
  expiresAt: string | null;
  mode: 'host' | 'session';
  brand?: Brand | null;
  /** Texts that replace those of the catalogue, by key. */
  strings?: Record<string, string> | null;
  /** Which data the server does not mask. */
  show: { bodies: boolean; phoneNumbers: boolean };
  loginUrl?: string | null;
  returnUrl?: string | null;
  /** URL of the host's own page about a message; contains `{subject}`. */
  subjectUrl?: string | null;
  /** How long (ms) the log keeps deliveries and bodies; `false`: for ever. */
  retention?: { keepMs: number | false; keepBodiesMs: number | false } | null;
  /** Name of the host's default profile. An account may choose another one for its new webhooks. */
  profile: string;
  profiles: ProfileRules[];
}
