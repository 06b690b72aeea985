import { InvalidOptionError } from '../core/errors.js';
import { createProfileRegistry } from '../profiles/dialects/built-in-profiles.js';
import { withLocalhost } from './allow-localhost.js';
import { kindOf, mustBe, wholeNumber } from './checks.js';
import { toCatalogueEntry } from './event-types.js';
import { optionNames, readOptions, refuseUnknownOptions } from './option.js';
import { WebhooksModuleOptions } from './options.js';
import type { CompleteRetryPolicy } from './retry-policy.js';
import { type Settings, TIMEOUT_RANGE } from './settings.js';
import { WebhooksModuleStructure } from './structure-options.js';

const SECOND_MS = 1000;
const DAY_MS = 24 * 3600 * SECOND_MS;

type GroupName =
  | 'encryption'
  | 'delivery'
  | 'network'
  | 'security'
  | 'limits'
  | 'retention'
  | 'worker'
  | 'alerts'
  | 'observability';

/** The options with all defaults filled in, also inside groups. An option without a default may still be undefined. */
type CompleteOptions = {
  [Name in keyof WebhooksModuleOptions]-?: Name extends GroupName
    ? Required<NonNullable<WebhooksModuleOptions[Name]>>
    : WebhooksModuleOptions[Name];
};

/**
 * Checks every option once and fills in the defaults.
 *
 * @throws InvalidOptionError for the first option that cannot be used
 */
export function resolveSettings(given: WebhooksModuleOptions): Settings {
  checkNames(given);
  const options = readOptions(WebhooksModuleOptions, given) as CompleteOptions;
  const { delivery, network, security, limits, retention, worker, alerts, observability } = options;
  const profiles = createProfileRegistry(options.profiles);
  const profile = profiles.get(options.profile!);
  if (!profile) throw mustBe('profile', options.profile, `one of ${[...profiles.keys()].join(', ')}`);
  const longestTimeoutMs = Math.max(
    TIMEOUT_RANGE.max,
    ...[...profiles.values()].map((each) => each.timeoutMs),
  );
  const minLeaseMs = 2 * longestTimeoutMs + 5 * SECOND_MS;
  return {
    profile,
    profiles,
    eventTypes: options.eventTypes!.map(toCatalogueEntry),
    allowUnknownEventTypes: options.allowUnknownEventTypes!,
    checkEventData: options.checkEventData!,
    encryption: options.encryption ?? null,
    ...security,
    ...withLocalhost(network),
    ...delivery,
    retry: (delivery.retry as CompleteRetryPolicy | undefined) ?? null,
    ...limits,
    retentionMs: retention.keepMs,
    keepBodiesMs: retention.keepBodiesMs,
    ...worker,
    leaseMs: wholeNumber(minLeaseMs, DAY_MS)(worker.leaseMs ?? minLeaseMs, 'worker.leaseMs'),
    alertChannels: alerts.channels,
    endpointUrl: alerts.endpointUrl ?? null,
    ...observabilityOf(observability),
  };
}

function observabilityOf({
  metrics,
  traces,
  labels,
  gaugeIntervalMs,
  sendTraceparent,
}: CompleteOptions['observability']): Pick<
  Settings,
  'metrics' | 'traces' | 'metricLabels' | 'gaugeIntervalMs' | 'sendTraceparent'
> {
  if (sendTraceparent && !traces)
    throw mustBe('observability.sendTraceparent', true, 'false unless observability.traces is set');
  return {
    metrics: metrics ?? null,
    traces: traces ?? null,
    metricLabels: labels,
    gaugeIntervalMs,
    sendTraceparent,
  };
}

function checkNames(given: WebhooksModuleOptions): void {
  if (typeof given !== 'object' || given === null) {
    throw new InvalidOptionError(
      'useFactory',
      undefined,
      `useFactory must return an options object, not ${kindOf(given)}`,
    );
  }
  const structureNames = optionNames(WebhooksModuleStructure);
  const misplaced = structureNames.find((name) => Object.hasOwn(given, name));
  if (misplaced) {
    throw new InvalidOptionError(
      misplaced,
      undefined,
      `Set \`${misplaced}\` beside \`useFactory\`; a factory cannot return it`,
    );
  }
  refuseUnknownOptions(WebhooksModuleOptions, given, '', structureNames);
}
