import { InvalidOptionError } from '../core/errors.js';
import type { WebhooksModuleOptions } from './options.js';
import type { WebhooksModuleStructure } from './structure.js';

/** Of a union, the names of all its members. */
type Names<T> = { [Key in T extends unknown ? keyof T : never]: undefined };

/** Every option that decides the module's shape. An async factory cannot answer them. */
export const STRUCTURE_NAMES: Names<WebhooksModuleStructure> = {
  dataSource: undefined,
  tablePrefix: undefined,
  imports: undefined,
  guards: undefined,
  tenant: undefined,
  allowUnauthenticated: undefined,
  controller: undefined,
  path: undefined,
  role: undefined,
  isGlobal: undefined,
  compat: undefined,
};

const OPTION_NAMES: Names<WebhooksModuleOptions> = {
  profile: undefined,
  profiles: undefined,
  eventTypes: undefined,
  encryption: undefined,
  allowPlaintextSecrets: undefined,
  allowHttp: undefined,
  allowedAddresses: undefined,
  allowedHosts: undefined,
  nat64Prefixes: undefined,
  allowedPorts: undefined,
  lookup: undefined,
  ca: undefined,
  proxy: undefined,
  transport: undefined,
  axios: undefined,
  callbackMode: undefined,
  retry: undefined,
  egressIps: undefined,
  limits: undefined,
  worker: undefined,
  retentionMs: undefined,
  disableAfterMs: undefined,
  rotationOverlapMs: undefined,
  alerts: undefined,
};

const NESTED_NAMES: {
  [Part in 'encryption' | 'retry' | 'limits' | 'worker' | 'alerts']: Names<
    NonNullable<WebhooksModuleOptions[Part]>
  >;
} = {
  encryption: { current: undefined, previous: undefined },
  retry: {
    schedule: undefined,
    attempts: undefined,
    delayMs: undefined,
    factor: undefined,
    maxDelayMs: undefined,
    jitter: undefined,
  },
  limits: { endpointsPerTenant: undefined, payloadBytes: undefined },
  worker: {
    slots: undefined,
    maxInFlight: undefined,
    idlePollMs: undefined,
    busyPollMs: undefined,
    leaseMs: undefined,
    drainMs: undefined,
    handleSignals: undefined,
    notify: undefined,
  },
  alerts: { channels: undefined, endpointUrl: undefined },
};

/**
 * Throws {@link InvalidOptionError} for a name that is no option, so that a slip of the pen is not a default, and for
 * one that stands among the values of an async factory although it decides the module's shape.
 */
export function checkOptionNames(options: WebhooksModuleOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(OPTION_NAMES, name)) continue;
    throw new InvalidOptionError(
      name,
      unnamed(value),
      Object.hasOwn(STRUCTURE_NAMES, name)
        ? 'a factory comes too late for it; put it beside useFactory, useClass or useExisting'
        : 'there is no option of this name',
    );
  }
  for (const [part, names] of Object.entries(NESTED_NAMES)) {
    const nested: unknown = options[part as keyof typeof NESTED_NAMES];
    if (typeof nested !== 'object' || nested === null) continue;
    for (const [name, value] of Object.entries(nested)) {
      if (Object.hasOwn(names, name)) continue;
      throw new InvalidOptionError(`${part}.${name}`, unnamed(value), 'there is no option of this name');
    }
  }
}

/** What may be shown of a value that nobody asked for: under a slip of the pen there may be a key. */
function unnamed(value: unknown): unknown {
  if (typeof value === 'string') return '…';
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? [] : {};
}
