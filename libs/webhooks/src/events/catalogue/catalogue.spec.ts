import Ajv2020 from 'ajv/dist/2020.js';
import { catalogue, catalogueEntry, isCatalogueType } from './catalogue.js';
import { eventExample } from './event-example.js';
import type { CatalogueEventType } from '../event-map.js';
import { MESSAGE_STATUSES } from '../message.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

const types: CatalogueEventType[] = [
  'message.queued',
  'message.sending',
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.expired',
  'message.unconfirmed',
  'message.received',
  'call.missed',
  'phone.offline',
  'phone.online',
  'number.opted_in',
  'webhook.test',
];
const schemas = new Ajv2020({ strict: true, allowUnionTypes: true });

describe('the catalogue', () => {
  it('has these event types, in this order', () => {
    expect(catalogue.map(({ name }) => name)).toEqual(types);
  });

  itForAll(types)(
    'gives each type a group, a sentence that describes it, and an example that fits its schema',
    (type) => {
      const entry = catalogueEntry(type);

      expect(entry.name).toBe(type);
      expect(entry.group).toBe(type.split('.')[0]);
      expect(entry.description).toMatch(/^[A-Z].+\.$/);
      const fits = schemas.compile(entry.schema);
      expect([fits(entry.example), fits.errors]).toEqual([true, null]);
      expect(fits(eventExample(type).data)).toBe(true);
      expect(fits({})).toBe(false);
    },
  );

  it('is plain JSON, so that the API can show it', () => {
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
  });

  it('describes messages by a schema that refuses a missing recipient, an unknown status and a wrong SIM, and accepts each status', () => {
    const fits = schemas.compile(catalogueEntry('message.failed').schema);
    const { message } = catalogueEntry('message.failed').example;

    expect(fits({ message: { ...message, to: undefined } })).toBe(false);
    expect(fits({ message: { ...message, status: 'lost' } })).toBe(false);
    expect(fits({ message: { ...message, sim: 2 } })).toBe(false);
    for (const status of MESSAGE_STATUSES) expect(fits({ message: { ...message, status } })).toBe(true);
  });

  it('distinguishes its own types from a host’s', () => {
    expect(isCatalogueType('message.sent')).toBe(true);
    expect(isCatalogueType('invoice.paid')).toBe(false);
    expect(isCatalogueType('constructor')).toBe(false);
  });
});
