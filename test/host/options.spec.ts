import { inspect } from 'node:util';
import { InvalidOptionError } from '../../libs/webhooks/src/core/errors.js';
import type { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import type { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { resolveSettings } from '../../libs/webhooks/src/config/resolve-settings.js';
import { WebhooksModule } from '../../libs/webhooks/src/webhooks.module.js';
import { createDatabase } from '../support/database.js';
import { AccountGuard, given, shape, startApp, tenant, values } from './support/app.js';
import { itForAll } from '../support/it-for-all.js';

const channel = (name: string) => ({ name, send: async () => undefined });

/** The name of an option, options with a wrong value for it, the value as the error shows it, and a part of the fix. */
type WrongValue = [option: string, options: unknown, shown: string, fix: string];

const WRONG_VALUES: WrongValue[] = [
  ['profile', { profile: 'standart' }, '"standart"', 'one of standard, standard-cloudevents, msgine'],
  ['profile', { profile: 5 }, '5', 'the name of a profile'],
  ['profiles', { profiles: 'msgine' }, '"msgine"', 'a list of profiles'],
  [
    'profiles',
    { profiles: [builtInProfiles[0], builtInProfiles[0]] },
    '"standard, standard"',
    'different names',
  ],
  ['eventTypes', { eventTypes: 'invoice.paid' }, '"invoice.paid"', '{ name, description }'],
  ['eventTypes[0]', { eventTypes: ['invoice.paid'] }, '"invoice.paid"', '{ name, description }'],
  [
    'eventTypes[0].name',
    { eventTypes: [{ name: 'Invoice paid', description: 'x' }] },
    '"Invoice paid"',
    'lower-case words',
  ],
  [
    'eventTypes[0].name',
    { eventTypes: [{ name: 'message.sent', description: 'x' }] },
    '"message.sent"',
    'a name that the catalogue does not have',
  ],
  [
    'eventTypes[1].name',
    {
      eventTypes: [
        { name: 'a', description: 'x' },
        { name: 'a', description: 'x' },
      ],
    },
    '"a"',
    'different from the other names',
  ],
  ['eventTypes[0].description', { eventTypes: [{ name: 'a' }] }, 'undefined', 'a sentence'],
  ['encryption', { encryption: 'k1' }, 'a string', 'an object'],
  ['encryption', { encryption: null }, 'null', 'an object'],
  ['encryption.current', { encryption: {} }, '', "{ id: 'k1', key }"],
  ['encryption.current', { encryption: { current: 'k1' } }, '', "{ id: 'k1', key }"],
  [
    'encryption.previous',
    { encryption: { current: { id: 'k1' }, previous: 'k0' } },
    '',
    'a list of { id, key }',
  ],
  ['observability.metrics', { observability: { metrics: {} } }, 'an object', 'such as prometheus().metrics'],
  [
    'observability.traces',
    { observability: { traces: { publish: () => null } } },
    'an object',
    'such as openTelemetry().traces',
  ],
  [
    'observability.sendTraceparent',
    { observability: { sendTraceparent: true } },
    'true',
    'unless observability.traces is set',
  ],
  [
    'observability.labels.outcome',
    { observability: { labels: { outcome: () => 'x' } } },
    '"outcome"',
    'other than outcome',
  ],
  ['observability.labels.plan', { observability: { labels: { plan: 'gold' } } }, '"gold"', 'a function'],
  ['security', { security: 'plain' }, 'a string', 'an object'],
  [
    'encryption.acceptPlaintext',
    { encryption: { current: { id: 'k1' }, acceptPlaintext: 1 } },
    '1',
    'true or false',
  ],
  ['security.allowPlaintextSecrets', { security: { allowPlaintextSecrets: 'no' } }, '"no"', 'true or false'],
  [
    'security.rotationOverlapMs',
    { security: { rotationOverlapMs: -5 } },
    '-5',
    'whole number from 0 to 604800000',
  ],
  ['network', { network: 'open' }, 'a string', 'an object'],
  ['network.allowHttp', { network: { allowHttp: 'false' } }, '"false"', 'true or false'],
  ['network.allowLocalhost', { network: { allowLocalhost: 'yes' } }, '"yes"', 'true or false'],
  ['network.allowedAddresses', { network: { allowedAddresses: '10.0.0.0/8' } }, '"10.0.0.0/8"', 'a list'],
  [
    'network.allowedAddresses',
    { network: { allowedAddresses: ['10.0.0.0/8', '10.0.0'] } },
    '"10.0.0"',
    '10.1.0.0/16',
  ],
  [
    'network.allowedAddresses',
    { network: { allowedAddresses: ['10.0.0.0/33'] } },
    '"10.0.0.0/33"',
    '10.1.0.0/16',
  ],
  [
    'network.allowedHosts',
    { network: { allowedHosts: ['*.internal'] } },
    '"*.internal"',
    'receiver.internal',
  ],
  [
    'network.allowedHosts',
    { network: { allowedHosts: ['10.0.0.1'] } },
    '"10.0.0.1"',
    'network.allowedAddresses',
  ],
  [
    'network.nat64Prefixes',
    { network: { nat64Prefixes: ['2a00::/129'] } },
    '"2a00::/129"',
    '2a00:1:2:64::/96',
  ],
  ['network.allowedPorts', { network: { allowedPorts: 443 } }, '443', 'a list'],
  ['network.allowedPorts[1]', { network: { allowedPorts: [443, 70_000] } }, '70000', 'from 1 to 65535'],
  ['network.lookup', { network: { lookup: '8.8.8.8' } }, '"8.8.8.8"', 'a function'],
  ['network.proxy', { network: { proxy: 'egress:4750' } }, '"egress:4750"', 'http:// or https://'],
  [
    'network.proxy',
    { network: { proxy: 'socks5://me:secret@egress' } },
    '"socks5://…@egress"',
    'http:// or https://',
  ],
  [
    'network.proxy',
    { network: { proxy: 'me:secret@egress:3128' } },
    '"…@egress:3128"',
    'http:// or https://',
  ],
  ['network.ca', { network: { ca: '/etc/ssl/own.pem' } }, '', 'certificates as PEM'],
  ['network.ca', { network: { ca: [] } }, '', 'certificates as PEM'],
  ['network.transport', { network: { transport: 'fetch' } }, '"fetch"', '"axios" or "undici"'],
  ['network.axios', { network: { axios: { timeout: 1 } } }, 'an object', 'an axios instance'],
  ['network.egressIps', { network: { egressIps: [''] } }, 'an array', 'a list of non-empty strings'],
  ['delivery', { delivery: [] }, 'an array', 'an object'],
  ['delivery.callbackMode', { delivery: { callbackMode: 'both' } }, '"both"', '"replace" or "add"'],
  ['delivery.disableAfterMs', { delivery: { disableAfterMs: 0 } }, '0', 'at least 1000 ms, or false'],
  ['delivery.retry', { delivery: { retry: 5 } }, 'a number', 'an object'],
  ['delivery.retry.schedule[1]', { delivery: { retry: { schedule: [0, -1] } } }, '-1', 'at least 0'],
  [
    'delivery.retry.schedule',
    { delivery: { retry: { schedule: 'fast' } } },
    '"fast"',
    'waits in milliseconds',
  ],
  ['delivery.retry.attempts', { delivery: { retry: { delayMs: 5 } } }, 'undefined', '1 to 100'],
  ['delivery.retry.attempts', { delivery: { retry: { attempts: 0, delayMs: 5 } } }, '0', '1 to 100'],
  ['delivery.retry.delayMs', { delivery: { retry: { attempts: 3, delayMs: '5s' } } }, '"5s"', 'whole number'],
  [
    'delivery.retry.factor',
    { delivery: { retry: { attempts: 3, delayMs: 5, factor: 0.5 } } },
    '0.5',
    'at least 1',
  ],
  [
    'delivery.retry.maxDelayMs',
    { delivery: { retry: { attempts: 3, delayMs: 5, maxDelayMs: -1 } } },
    '-1',
    'whole number',
  ],
  ['delivery.retry.jitter', { delivery: { retry: { schedule: [5], jitter: 20 } } }, '20', '0 to 1'],
  ['limits', { limits: 50 }, 'a number', 'an object'],
  ['limits.endpointsPerTenant', { limits: { endpointsPerTenant: 0 } }, '0', '1 to 10000'],
  ['limits.registrationsPerMinute', { limits: { registrationsPerMinute: 0.5 } }, '0.5', '1 to 10000'],
  ['limits.pausedBacklog', { limits: { pausedBacklog: 0 } }, '0', '1 to 10000000'],
  ['limits.payloadBytes', { limits: { payloadBytes: '256KB' } }, '"256KB"', 'whole number'],
  ['worker', { worker: true }, 'a boolean', 'an object'],
  ['worker.slots', { worker: { slots: 1.5 } }, '1.5', '1 to 4096'],
  ['worker.maxInFlight', { worker: { maxInFlight: 0 } }, '0', '1 to 4096'],
  ['worker.idlePollMs', { worker: { idlePollMs: 5 } }, '5', '10 to 60000'],
  ['worker.busyPollMs', { worker: { busyPollMs: 0 } }, '0', '1 to 60000'],
  ['worker.leaseMs', { worker: { leaseMs: 30_000 } }, '30000', 'from 65000'],
  ['worker.drainMs', { worker: { drainMs: -1 } }, '-1', 'whole number'],
  ['worker.handleSignals', { worker: { handleSignals: 1 } }, '1', 'true or false'],
  ['worker.notify', { worker: { notify: 'yes' } }, '"yes"', 'true or false'],
  ['retention.keepMs', { retention: { keepMs: '30d' } }, '"30d"', 'at least 1000 ms, or false'],
  ['alerts', { alerts: 'log' }, 'a string', 'an object'],
  ['alerts.channels', { alerts: { channels: 'mail' } }, '"mail"', 'a list of channels'],
  [
    'alerts.channels',
    { alerts: { channels: [channel('log'), channel('log')] } },
    '"log, log"',
    'different names',
  ],
  ['alerts.channels', { alerts: { channels: [{ name: 'mail' }] } }, '"mail"', 'a send function'],
  ['alerts.endpointUrl', { alerts: { endpointUrl: 'https://us' } }, '"https://us"', 'a function'],
  ['guards', { guards: [AccountGuard] }, '', 'Set `guards` beside `useFactory`; a factory cannot return it'],
  ['useFactory', undefined, 'undefined', 'useFactory must return an options object'],
];

/** Names that are not options, and the question that follows in the error. */
const UNKNOWN_NAMES: [name: string, options: object, question: string][] = [
  ['encyption', { encyption: {} }, ' Did you mean "encryption"?'],
  ['allowHttp', { allowHttp: true }, ' Did you mean "network.allowHttp"?'],
  ['alowhttp', { alowhttp: true }, ' Did you mean "network.allowHttp"?'],
  ['gaurds', { gaurds: [] }, ' Did you mean "guards"?'],
  ['encryption.previuos', { encryption: { previuos: [] } }, ' Did you mean "encryption.previous"?'],
  [
    'delivery.retry.jiter',
    { delivery: { retry: { schedule: [5], jiter: 0 } } },
    ' Did you mean "delivery.retry.jitter"?',
  ],
  ['worker.concurrency', { worker: { concurrency: 5 } }, ''],
];

/** Wrong values of options that decide the module's structure. `forRoot` itself throws the error. */
const WRONG_SHAPES: WrongValue[] = [
  ['dataSource', { dataSource: '' }, '""', 'the name of a data source'],
  ['dataSource', { dataSource: 5 }, '5', 'the name of a data source'],
  ['dataSource', { dataSource: null }, 'null', 'the name of a data source'],
  ['tablePrefix', { tablePrefix: 'My-' }, '"My-"', 'lower-case letters, digits and underscores'],
  ['tablePrefix', { tablePrefix: '9_' }, '"9_"', 'the first of them no digit'],
  ['guards', { guards: [], tenant }, 'an array', 'at least one guard'],
  ['guards', { guards: AccountGuard, tenant }, 'the function AccountGuard', 'a list'],
  ['guards', { guards: 'app', tenant }, '"app"', "'global' if your APP_GUARD protects the routes"],
  ['guards', { tenant }, '', 'allowUnauthenticated: true'],
  ['tenant', { guards: [AccountGuard] }, '', '(request) => request.account.id'],
  ['tenant', { guards: [AccountGuard], tenant: 'id' }, '"id"', 'a function of the request'],
  ['allowUnauthenticated', { allowUnauthenticated: 'yes', tenant }, '"yes"', 'true or false'],
  ['controller', { ...shape, controller: true }, 'true', 'false for no routes'],
  ['imports', { ...shape, imports: {} }, 'an object', 'a list'],
  ['path', { ...shape, path: 5 }, '5', 'a path'],
  ['role', { ...shape, role: 'web' }, '"web"', '"all" or "api" or "worker"'],
  ['isGlobal', { ...shape, isGlobal: 'yes' }, '"yes"', 'true or false'],
  ['compat', { ...shape, compat: 'httpsms' }, '"httpsms"', 'a list'],
  ['compat[0]', { ...shape, compat: ['twilio'] }, '"twilio"', '"mobile-text-alerts" or "httpsms"'],
];

const errorOf = (work: () => unknown): InvalidOptionError => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return error as InvalidOptionError;
  }
  throw new Error('nothing was thrown');
};

const naming = (option: string, shown: string, fix: string) => ({
  name: 'InvalidOptionError',
  option,
  message: expect.stringMatching(new RegExp(`^WebhooksModule: .*${escaped(fix)}.*${escaped(shown)}.*\\.$`)),
});

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('The error about a wrong option', () => {
  itForAll(WRONG_VALUES)(
    'names the option, its value, and what to write instead',
    ([option, options, shown, fix]) => {
      expect(errorOf(() => resolveSettings(options as WebhooksModuleOptions))).toMatchObject(
        naming(option, shown, fix),
      );
    },
  );

  itForAll(UNKNOWN_NAMES)(
    'suggests a similar name for an unknown option, if there is one',
    ([option, options, question]) => {
      expect(errorOf(() => resolveSettings(options)).message).toBe(
        `WebhooksModule: Unknown option "${option}".${question}`,
      );
    },
  );

  itForAll(WRONG_SHAPES)(
    'names the option, its value, and what to write instead, also if the option decides the module’s structure',
    ([option, options, shown, fix]) => {
      expect(errorOf(() => WebhooksModule.forRoot(options as WebhooksModuleStructure))).toMatchObject(
        naming(option, shown, fix),
      );
    },
  );
});

describe('A wrong value', () => {
  it.each(['forRoot', 'forRootAsync'] as const)(
    'stops the start of an app that mounts the module by %s',
    async (form) => {
      const database = await createDatabase();
      const source = await given(database.url);
      const options = { ...values, retention: { keepMs: -1 } };
      const module =
        form === 'forRoot'
          ? WebhooksModule.forRoot({ ...shape, ...options, dataSource: source })
          : WebhooksModule.forRootAsync({ ...shape, dataSource: source, useFactory: () => options });
      const start = startApp([module], { logger: false });
      await expect(start).rejects.toMatchObject(naming('retention.keepMs', '-1', 'at least 1000 ms'));
      await source.destroy();
      await database.drop();
    },
  );

  itForAll([
    { encryption: 'SECRET' },
    { encryption: { current: 'SECRET' } },
    { encryptionKey: 'SECRET' },
    { worker: { key: 'SECRET' } },
    { encrypton: { current: { id: 'k1', key: 'SECRET' } } },
    { encryption: { curent: { id: 'k1', key: 'SECRET' } } },
    { encryptionKeys: ['SECRET'] },
    { network: { proxy: 'ftp://me:SECRET@egress' } },
    { network: { proxy: 'me:SECRET@egress:3128' } },
    { network: { proxy: 'SECRET@@egress' } },
    { network: { ca: 'SECRET' } },
    { network: 'SECRET' },
    { encryption: { current: { id: 'k1' }, previous: 'SECRET' } },
  ])('is not shown if it may be a key or a password', (options) => {
    const error = errorOf(() => resolveSettings(options as never));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('SECRET');
  });

  itForAll([null, undefined, 'on', 5])('in place of all options is refused', (options) => {
    expect(() => WebhooksModule.forRootAsync(options as never)).toThrow(
      /forRootAsync takes an options object/,
    );
    if (options !== undefined)
      expect(() => WebhooksModule.forRoot(options as never)).toThrow(/forRoot takes an options object/);
  });
});

it('Options that are left out have the documented defaults', () => {
  const settings = resolveSettings({});
  expect(settings).toMatchObject({
    profile: { name: 'standard' },
    eventTypes: [],
    allowUnknownEventTypes: false,
    checkEventData: true,
    encryption: null,
    allowPlaintextSecrets: false,
    allowHttp: false,
    allowLocalhost: false,
    allowedAddresses: [],
    allowedHosts: [],
    nat64Prefixes: [],
    allowedPorts: undefined,
    lookup: undefined,
    ca: undefined,
    proxy: undefined,
    transport: 'axios',
    axios: undefined,
    callbackMode: 'replace',
    retry: null,
    endpointsPerTenant: 50,
    registrationsPerMinute: 20,
    pausedBacklog: 100_000,
    payloadBytes: 256 * 1024,
    slots: 64,
    maxInFlight: 32,
    idlePollMs: 1000,
    busyPollMs: 10,
    leaseMs: 65_000,
    drainMs: 7_000,
    handleSignals: false,
    notify: true,
    retentionMs: 30 * 24 * 3600 * 1000,
    disableAfterMs: 5 * 24 * 3600 * 1000,
    rotationOverlapMs: 24 * 3600 * 1000,
    alertChannels: [{ name: 'log' }],
    endpointUrl: null,
    egressIps: [],
  });
});
