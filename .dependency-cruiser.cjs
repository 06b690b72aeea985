// Says which room may import which. `npm run lint:rooms` checks all imports, type-only imports too.
// A room is a folder, or a file, below a package's src/. A sub-room such as `engine/relay` has a row of its own. A room may
// always import itself. Each file must belong to a room that has a row.

/** For rooms that may import every other room. */
const ANY = '*';

const WEBHOOKS = {
  base: 'libs/webhooks/src',
  /** Every room that is not in `closed` may import these rooms. */
  shared: ['core'],
  /** Rooms that may not import the `shared` ones. A closed room can be read and tested without the shared rooms. */
  closed: ['http', 'http/policy', 'core'],
  rows: {
    // What a host imports
    index: `webhooks.module webhooks.service module portal/sessions api api/routes operator event-log endpoints deliveries accounts outbox engine engine/record
            config alerts alerts/channels secrets observability observability/metrics
            observability/tracing store/schema store/schema/capture capture/definition profiles profiles/dialects events/catalogue
            events http http/connections http/policy`,
    testing: 'webhooks.service outbox engine config store store/schema profiles events/catalogue events http',
    'webhooks.module': 'module config capture/definition',
    // Describes the routes and the outgoing requests. It reads the controllers, and the types of their parameters and results
    openapi: `module api api/routes api/compat event-log endpoints deliveries accounts config secrets profiles profiles/dialects
              events/catalogue events`,
    // Mounts the module in an Express app, so this room may import the module, and everything that the module may import
    express: ANY,
    // These rooms need optional peer dependencies of the host
    opentelemetry: 'observability/metrics observability/tracing profiles',
    prometheus: 'observability/metrics',
    terminus: 'webhooks.service observability',
    module: ANY,
    'webhooks.service': `portal/sessions operator event-log endpoints deliveries accounts outbox engine config observability events http/policy`,

    // The webhooks page
    'portal/page': 'portal config',
    'portal/masking': 'portal config',
    'portal/figures': 'api store',
    'portal/access': 'portal portal/sessions api endpoints engine/send config profiles',
    'portal/sessions': 'portal config secrets',
    portal: '',

    // What customers and the operator call
    'api/compat': 'api endpoints config observability secrets store',
    api: 'api/routes event-log endpoints deliveries accounts config secrets validation store',
    'api/routes': 'api event-log endpoints deliveries accounts secrets validation',
    operator:
      'endpoints deliveries config engine engine/maintenance engine/record observability secrets store validation http',
    'event-log': 'deliveries engine/replay observability store validation',
    endpoints: `deliveries accounts config secrets observability observability/tracing store profiles validation events/catalogue events
                http/policy`,
    deliveries: 'config secrets observability store profiles validation events',
    accounts: 'config secrets observability store profiles validation',
    outbox: 'config observability/tracing store events/catalogue events',
    capture: 'capture/definition outbox config store events',

    // What a worker does
    engine: `engine/maintenance engine/replay engine/record engine/relay engine/claim engine/send engine/schedule engine/destinations
             config alerts observability observability/metrics store http`,
    'engine/maintenance':
      'engine/replay engine/record engine/claim config alerts observability observability/metrics store',
    'engine/replay': 'engine/relay engine/destinations config store',
    'engine/record':
      'engine/claim engine/send engine/destinations config observability observability/metrics store events',
    'engine/relay': 'engine/schedule engine/destinations config secrets store profiles events http/policy',
    'engine/claim': 'engine/schedule engine/destinations config store',
    'engine/send':
      'engine/destinations config observability/metrics observability/tracing store profiles http http/policy',
    'engine/schedule': 'engine/destinations store',
    'engine/destinations': 'config secrets store profiles',

    // What the rooms above use
    config: `capture/definition alerts alerts/channels observability/metrics observability/tracing secrets profiles profiles/dialects
             events/catalogue events http/connections http/policy`,
    'capture/definition': 'events',
    'alerts/channels': 'alerts',
    alerts: 'store',
    observability: 'store',
    'observability/metrics': '',
    'observability/tracing': '',
    secrets: 'store',
    'store/postgres': 'store/typeorm store/schema store/schema/capture store events',
    'store/typeorm': 'store/schema store',
    'store/schema/capture': 'store/schema store',
    'store/schema': 'store/schema/capture store',
    store: 'events',
    'profiles/dialects': 'profiles profiles/signatures events',
    profiles: 'profiles/signatures events',
    'profiles/signatures': '',
    validation: '',
    'events/catalogue': 'events',
    events: '',
    'http/client': 'http/connections http/policy http',
    'http/connections': 'http/policy http',
    http: '',
    'http/policy': '',
    core: '',
  },
};

const RECEIVER = {
  base: 'libs/receiver/src',
  shared: [],
  closed: [],
  rows: {
    index: ANY,
    nest: 'verify headers raw-body webhook-refused.error profiles dedupe',
    typeorm: 'dedupe',
    // The command that the package installs (`bin`)
    'cli/commands': 'cli cli/listen cli/requests cli/verdict cli/signing profiles',
    'cli/listen': 'cli cli/verdict',
    'cli/verdict': 'cli verify schemes headers raw-body event-identity webhook-refused.error profiles',
    'cli/requests': 'cli cli/verdict profiles',
    'cli/signing': 'cli profiles',
    cli: 'cli/commands cli/verdict schemes webhook-refused.error profiles',
    verify: 'schemes request raw-body event-identity webhook-refused.error profiles',
    schemes: 'request time-window constant-time event-identity webhook-refused.error profiles',
    request: 'headers raw-body webhook-refused.error',
    headers: 'webhook-refused.error',
    'raw-body': 'webhook-refused.error',
    'time-window': 'webhook-refused.error',
    'webhook-refused.error': 'profiles',
    profiles: 'payloads',
    payloads: '',
    dedupe: '',
    'constant-time': '',
    'event-identity': '',
  },
};

/** Returns a pattern that matches the files of a room, but not those of its sub-rooms. */
function filesOf({ base, rows }, room) {
  const subRooms = Object.keys(rows)
    .filter((each) => each.startsWith(`${room}/`))
    .map((each) => each.slice(room.length + 1));
  const notSubRooms = subRooms.length > 0 ? `(?!(${subRooms.join('|')})/)` : '';
  return `^${base}/${room.replaceAll('.', '\\.')}(\\.ts$|/${notSubRooms})`;
}

function roomRules(library) {
  const { base, rows, shared, closed } = library;
  const rules = Object.entries(rows)
    .filter(([, allowed]) => allowed !== ANY)
    .map(([room, row]) => {
      const allowed = [...row.split(/\s+/).filter(Boolean), ...(closed.includes(room) ? [] : shared)];
      return {
        name: `${base.split('/')[1]}: ${room}`,
        comment: `${room} may import only ${allowed.join(', ') || 'nothing'}`,
        severity: 'error',
        from: { path: filesOf(library, room) },
        to: { path: '^libs/', pathNot: [room, ...allowed].map((each) => filesOf(library, each)) },
      };
    });
  const known = Object.keys(rows).map((room) => filesOf(library, room));
  return [
    ...rules,
    {
      name: `${base.split('/')[1]}: unknown room`,
      comment: 'This file belongs to no room that has a row in .dependency-cruiser.cjs',
      severity: 'error',
      from: { path: `^${base}/`, pathNot: known },
      to: {},
    },
  ];
}

module.exports = {
  forbidden: [
    ...roomRules(WEBHOOKS),
    ...roomRules(RECEIVER),
    {
      name: 'no circle',
      comment: 'Files import each other in a circle; type-only imports count too',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'TypeORM only in store',
      comment:
        'Only store/ calls TypeORM. Other rooms may import its types (DataSource, EntityManager, QueryRunner)',
      severity: 'error',
      from: { path: '^libs/webhooks/src/', pathNot: '^libs/webhooks/src/store/' },
      to: { path: 'node_modules/typeorm/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no Nest in http',
      comment: 'http/ must be usable and testable without Nest',
      severity: 'error',
      from: { path: '^libs/webhooks/src/http/' },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'nothing from outside',
      comment: 'A library may import nothing from bench, sample-app, test or another library',
      severity: 'error',
      from: { path: '^libs/([^/]+)/src/' },
      to: { path: '^(bench|libs|sample-app|test)/', pathNot: '^libs/$1/src/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$|^libs/webhooks/dist/' },
  },
};
