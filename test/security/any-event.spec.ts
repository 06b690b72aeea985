import * as fc from 'fast-check';
import { InvalidEventError } from '../../libs/webhooks/src/core/errors.js';
import { catalogue } from '../../libs/webhooks/src/events/catalogue/catalogue.js';
import { decodeId } from '../../libs/webhooks/src/core/ids.js';
import { builtInProfiles } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { delivered, useEngine } from '../engine/support/engine.js';
import { nastyText, nastyValue } from './hostile.js';

const TENANT = 'acme';

type Given = Record<'type' | 'tenantId' | 'subject' | 'source' | 'data', unknown>;

const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
const type = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...catalogue.map(({ name }) => name)) },
  { weight: 1, arbitrary: fc.constantFrom('invoice.paid', 'constructor', '__proto__', 'a') },
  { weight: 1, arbitrary: nastyText },
);
/** Names of fields in the data of the catalogue's events. */
const PART_NAMES = (
  'id direction from to body status errorMessage errorCode isFinal sim tags attachments replyId number statusCode ' +
  'lastSeenAt statusText externalId'
).split(' ');
const part = fc.dictionary(
  fc.constantFrom(...PART_NAMES),
  fc.oneof(nastyValue, fc.constantFrom<unknown>('out', 'in', '+18005550199', 'm1', 3)),
);
const data = fc.oneof(
  { weight: 3, arbitrary: fc.record({ message: part, phone: part, optIn: part }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: nastyValue },
  { weight: 1, arbitrary: anything },
);
const text = fc.oneof(
  { weight: 1, arbitrary: nastyText },
  { weight: 5, arbitrary: fc.constantFrom<unknown>(undefined, null, 'msg_1', "'; --", '\u202e') },
);
const event = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      type,
      tenantId: fc.oneof(
        { weight: 9, arbitrary: fc.constant<unknown>(TENANT) },
        { weight: 1, arbitrary: text },
      ),
      subject: text,
      source: text,
      idempotencyKey: text,
      occurredAt: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom<unknown>(undefined, new Date(0), new Date(8.64e15)) },
        { weight: 1, arbitrary: fc.date({ noInvalidDate: false }) },
        { weight: 1, arbitrary: nastyText },
      ),
      callbackUrl: fc.oneof(
        { weight: 5, arbitrary: fc.constant<unknown>(undefined) },
        { weight: 1, arbitrary: nastyText },
      ),
      data,
    }),
  },
  { weight: 1, arbitrary: anything },
);

/** The columns that a stored event must have, made from the published values. */
const asGiven = ({ type: name, tenantId, subject, source, data: given }: Given): object => ({
  type: name,
  tenant_id: tenantId,
  subject: subject ?? null,
  source: source ?? null,
  data: JSON.stringify(given),
});

describe('Whatever is published', () => {
  // With the default options, most of these events would be refused early.
  const engine = useEngine({ options: { allowUnknownEventTypes: true, checkEventData: false } });

  /** Reads from a stored event the columns that must be equal to the published values. */
  async function storedEvent(id: string): Promise<object> {
    const [row] = await engine().query<object>(
      'select type, tenant_id, subject, source, data from $events where id = $1',
      [decodeId('evt', id)],
    );
    return row!;
  }

  it('is stored completely or refused with a named error, and does not stop later events', async () => {
    for (const { name, registration, secret } of builtInProfiles) {
      if (registration.httpsOnly) continue;
      await engine().endpoint(TENANT, `/${name}`, {
        profile: name,
        events: registration.eventNames?.slice(0, registration.maxEvents) ?? ['*'],
        ...(secret.callerSupplied ? { secret: 'a-secret-of-the-caller' } : {}),
      });
    }
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 3 }), async (events) => {
        const before = await engine().count('$events');
        try {
          const published = await engine().publish(...(events as never[]));
          expect(published).toHaveLength(events.length);
          for (const { id } of published) expect(id).toMatch(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/);
          for (const [i, { id, duplicate }] of published.entries()) {
            if (duplicate) continue;
            stored++;
            expect(await storedEvent(id)).toEqual(asGiven(events[i] as Given));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidEventError);
          expect((error as InvalidEventError).field).toMatch(/^(event|[a-zA-Z]+)$/);
          expect(await engine().count('$events')).toBe(before);
        }
      }),
      { numRuns: 300 },
    );
    expect(stored).toBeGreaterThan(50);
    await engine().publish(delivered(TENANT, 'the-last-one'));
    await engine().runOnce();
    expect(await engine().count('$events')).toBe(stored + 1);
    expect(await engine().count('$unrelayed')).toBe(0);
    expect(engine().receiver.at('/standard').length).toBeGreaterThan(50);
    expect(engine().receiver.at('/httpsms').length).toBeGreaterThan(0);
    expect(
      engine()
        .receiver.at('/standard')
        .filter(({ body }) => body.includes('the-last-one')),
    ).toHaveLength(1);
    // If a profile cannot render an event, an error is logged, and the relay continues.
    for (const error of engine().log.errors.splice(0)) expect(error).toContain('failed to render event');
  });
});
