import type { EncryptionKey, RetryPolicy, WebhooksModuleOptions } from './options.js';
import type { AlertChannel } from '../alerts/alert-channel.js';
import { logChannel } from '../alerts/channels/log-channel.js';
import type { CatalogueEntry } from '../events/catalogue/catalogue-entry.js';
import { checkEventTypes } from './check-event-types.js';
import type { Profile } from '../profiles/profile.js';
import { createProfileRegistry } from '../profiles/dialects/built-in-profiles.js';
import { InvalidOptionError } from '../core/errors.js';
import { EgressGuard } from '../http/policy/egress-guard.js';
import { check, duration, flag, integer, oneOf, record, strings } from './option-checks.js';
import { checkOptionNames } from './option-names.js';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

/** Injects the {@link Settings}. */
export const SETTINGS = Symbol('webhooks:settings');

/** The options, checked and complete. Trusted from there on. */
export interface Settings {
  profile: Profile;
  profiles: ReadonlyMap<string, Profile>;
  /** The host's own; `null`: it did not say, so any name may be one. */
  eventTypes: readonly CatalogueEntry[] | null;
  encryption: { current: EncryptionKey; previous: EncryptionKey[] } | null;
  allowPlaintextSecrets: boolean;
  allowHttp: boolean;
  allowedAddresses: string[];
  allowedHosts: string[];
  nat64Prefixes: string[];
  allowedPorts: number[] | undefined;
  lookup: WebhooksModuleOptions['lookup'];
  ca: WebhooksModuleOptions['ca'];
  proxy: string | undefined;
  transport: 'axios' | 'undici';
  axios: WebhooksModuleOptions['axios'];
  callbackMode: 'replace' | 'add';
  retry: RetryPolicy | null;
  egressIps: string[];
  endpointsPerTenant: number;
  payloadBytes: number;
  slots: number;
  maxInFlight: number;
  idlePollMs: number;
  busyPollMs: number;
  leaseMs: number;
  drainMs: number;
  handleSignals: boolean;
  notify: boolean;
  retentionMs: number | false;
  disableAfterMs: number | false;
  rotationOverlapMs: number;
  alertChannels: AlertChannel[];
  endpointUrl: ((endpointId: string) => string) | null;
}

/** Timeouts that a registration may ask for, ms. */
export const TIMEOUT_RANGE = { min: 1 * SECOND, max: 30 * SECOND } as const;

function checkRetry(retry: RetryPolicy | undefined): RetryPolicy | null {
  if (retry === undefined) return null;
  record('retry', retry);
  if ('schedule' in retry) {
    const fine =
      Array.isArray(retry.schedule) && retry.schedule.every((wait) => Number.isFinite(wait) && wait >= 0);
    check(fine, 'retry.schedule', retry.schedule, 'use a list of waits in milliseconds');
  } else {
    const { attempts, delayMs, factor, maxDelayMs } = retry;
    integer('retry.attempts', attempts ?? NaN, NaN, 1, 100);
    integer('retry.delayMs', delayMs ?? NaN, NaN, 0, 30 * DAY);
    integer('retry.maxDelayMs', maxDelayMs, NaN, 0, 30 * DAY);
    check(factor === undefined || factor >= 1, 'retry.factor', factor, 'use 1 or more');
  }
  const { jitter } = retry;
  const fine = jitter === undefined || (jitter >= 0 && jitter <= 1);
  check(fine, 'retry.jitter', jitter, 'use a share from 0 to 1');
  return retry;
}

/** A channel is known by its name: that is how an alert remembers who has it. */
function checkChannels(channels: AlertChannel[]): AlertChannel[] {
  check(Array.isArray(channels), 'alerts.channels', channels, 'use a list of channels');
  const names = channels.map((channel) => channel?.name);
  const fine =
    new Set(names).size === names.length && names.every((name) => typeof name === 'string' && name);
  check(fine, 'alerts.channels', names.map(String).join(', '), 'give each channel a name of its own');
  const silent = channels.find((channel) => typeof channel.send !== 'function');
  check(silent === undefined, 'alerts.channels', silent?.name, 'give each channel a send function');
  return channels;
}

function checkProfiles(profiles: Profile[]): ReadonlyMap<string, Profile> {
  check(Array.isArray(profiles), 'profiles', profiles, 'use a list of profiles');
  const names = profiles.map((profile) => profile?.name);
  const fine = new Set(names).size === names.length && names.every((name) => typeof name === 'string');
  check(fine, 'profiles', names.join(', '), 'give each profile, and each name, once');
  return createProfileRegistry(profiles);
}

function checkEncryption(encryption: WebhooksModuleOptions['encryption']): Settings['encryption'] {
  if (encryption === undefined) return null;
  const { current, previous = [] } = encryption ?? {};
  // Never shown: it may be a key.
  const fine = typeof current === 'object' && current !== null && Array.isArray(previous);
  check(fine, 'encryption', '…', "use { current: { id: 'k1', key }, previous: [{ id, key }] }");
  return { current: current!, previous };
}

/** `option` of the guard, each entry by itself, so that the error names the one that is wrong. */
function checkRules(
  option: 'allowedAddresses' | 'allowedHosts' | 'nat64Prefixes',
  value: string[] | undefined,
  fix: string,
): string[] {
  const entries = strings(option, value);
  for (const entry of entries) {
    try {
      void new EgressGuard({ [option]: [entry] });
    } catch (error) {
      throw new InvalidOptionError(option, entry, fix, { cause: error });
    }
  }
  return entries;
}

function checkAuthorities(ca: WebhooksModuleOptions['ca']): WebhooksModuleOptions['ca'] {
  if (ca === undefined) return undefined;
  const all: unknown[] = Array.isArray(ca) ? ca : [ca];
  const fine = all.length > 0 && all.every((each) => Buffer.isBuffer(each) || isPem(each));
  check(fine, 'ca', '…', 'use certificates as PEM, in a text or a Buffer, or a list of them');
  return ca;
}

const isPem = (text: unknown): boolean => typeof text === 'string' && text.includes('-----BEGIN ');

function checkPorts(ports: number[] | undefined): number[] | undefined {
  check(ports === undefined || Array.isArray(ports), 'allowedPorts', ports, 'use a list of ports');
  return ports?.map((port) => integer('allowedPorts', port, 0, 1, 65_535));
}

function checkProxy(proxy: string | undefined): string | undefined {
  if (proxy === undefined) return undefined;
  const fine = typeof proxy === 'string' && URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol);
  // A user and a password may stand before the last @, with or without a scheme.
  const shown = typeof proxy === 'string' ? proxy.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@') : proxy;
  check(fine, 'proxy', shown, 'use an http:// or https:// address');
  return proxy;
}

function callable<T>(option: string, value: T | undefined): T | undefined {
  check(value === undefined || typeof value === 'function', option, value, 'use a function');
  return value;
}

/**
 * Checks every option once and fills in the defaults.
 * Throws {@link InvalidOptionError} naming the option, the value and the fix.
 */
export function resolveSettings(options: WebhooksModuleOptions): Settings {
  check(
    typeof options === 'object' && options !== null,
    'the answer of the options factory',
    options,
    'answer an object',
  );
  checkOptionNames(options);
  const profiles = checkProfiles(options.profiles ?? []);
  const profile = profiles.get(options.profile ?? 'standard');
  check(profile !== undefined, 'profile', options.profile, `use one of ${[...profiles.keys()].join(', ')}`);
  const longestTimeout = Math.max(TIMEOUT_RANGE.max, ...[...profiles.values()].map((each) => each.timeoutMs));
  const shortestLease = 2 * longestTimeout + 5 * SECOND;
  const worker = record('worker', options.worker);
  const limits = record('limits', options.limits);
  const alerts = record('alerts', options.alerts);
  return {
    profile: profile!,
    profiles,
    eventTypes: checkEventTypes(options.eventTypes),
    encryption: checkEncryption(options.encryption),
    allowPlaintextSecrets: flag('allowPlaintextSecrets', options.allowPlaintextSecrets),
    allowHttp: flag('allowHttp', options.allowHttp),
    allowedAddresses: checkRules(
      'allowedAddresses',
      options.allowedAddresses,
      'write addresses or CIDR blocks, like "10.1.0.0/16" or "fd00::/8"',
    ),
    allowedHosts: checkRules(
      'allowedHosts',
      options.allowedHosts,
      'write the names alone, like "receiver.internal"; addresses belong into allowedAddresses',
    ),
    nat64Prefixes: checkRules(
      'nat64Prefixes',
      options.nat64Prefixes,
      'write CIDR blocks, like "2a00:1:2:64::/96"',
    ),
    allowedPorts: checkPorts(options.allowedPorts),
    lookup: callable('lookup', options.lookup),
    ca: checkAuthorities(options.ca),
    proxy: checkProxy(options.proxy),
    transport: oneOf('transport', options.transport, ['axios', 'undici']),
    axios: callable('axios', options.axios),
    callbackMode: oneOf('callbackMode', options.callbackMode, ['replace', 'add']),
    retry: checkRetry(options.retry),
    egressIps: strings('egressIps', options.egressIps),
    endpointsPerTenant: integer('limits.endpointsPerTenant', limits.endpointsPerTenant, 50, 1, 10_000),
    payloadBytes: integer('limits.payloadBytes', limits.payloadBytes, 262_144, 1, 16_777_216),
    slots: integer('worker.slots', worker.slots, 64, 1, 4096),
    maxInFlight: integer('worker.maxInFlight', worker.maxInFlight, 32, 1, 4096),
    idlePollMs: integer('worker.idlePollMs', worker.idlePollMs, 1000, 10, 60_000),
    busyPollMs: integer('worker.busyPollMs', worker.busyPollMs, 10, 1, 60_000),
    leaseMs: integer('worker.leaseMs', worker.leaseMs, shortestLease, shortestLease, DAY),
    drainMs: integer('worker.drainMs', worker.drainMs, longestTimeout + SECOND, 0, DAY),
    handleSignals: flag('worker.handleSignals', worker.handleSignals),
    notify: flag('worker.notify', worker.notify),
    retentionMs: duration('retentionMs', options.retentionMs, 30 * DAY, SECOND),
    disableAfterMs: duration('disableAfterMs', options.disableAfterMs, 5 * DAY, SECOND),
    rotationOverlapMs: integer('rotationOverlapMs', options.rotationOverlapMs, DAY, 0, 7 * DAY),
    alertChannels: checkChannels(alerts.channels ?? [logChannel()]),
    endpointUrl: callable('alerts.endpointUrl', alerts.endpointUrl) ?? null,
  };
}
