import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { ChangeAccount } from '../../libs/webhooks/src/accounts/change-account.dto.js';
import { RotateSecret } from '../../libs/webhooks/src/accounts/rotate-secret.dto.js';
import { TestEndpoint } from '../../libs/webhooks/src/endpoints/test-endpoint.dto.js';
import { ReplayEvents } from '../../libs/webhooks/src/event-log/replay-events.dto.js';
import { RecoverDeliveries } from '../../libs/webhooks/src/deliveries/recover-deliveries.dto.js';
import { ChangeEndpoint, RegisterEndpoint } from '../../libs/webhooks/src/endpoints/register-endpoint.dto.js';
import { type Calls, startHost, type WebhooksHost } from '../support/webhooks-host.js';

const guide = readFileSync(join(__dirname, '../../docs/api.md'), 'utf8');
const named = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
/** The guide's table rows whose first cell begins with a backtick, each as a list of its cells. */
const rows = guide
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll('|', '').trim()));
const rowOf = (start: string): string => rows.find(([first]) => first!.startsWith(`\`${start}\``))![1]!;

function fieldsOf(Type: new () => object): string[] {
  const all = getMetadataStorage().getTargetValidationMetadatas(Type, '', false, false);
  return [...new Set(all.map(({ propertyName }) => propertyName))].toSorted();
}

describe('The guide to the REST API', () => {
  it('names every field of a registration, and no other field', () => {
    const [table] = guide.split('The last six');
    const fields = [...table!.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name!);
    expect(fields.toSorted()).toEqual(fieldsOf(RegisterEndpoint));
    expect(fields.filter((name) => name !== 'profile').toSorted()).toEqual(fieldsOf(ChangeEndpoint));
  });

  it.each([
    ['…/rotate-secret', RotateSecret],
    ['POST /webhooks/:id/test', TestEndpoint],
    ['POST /webhooks/:id/recover', RecoverDeliveries],
    ['POST /webhooks/:id/replay', ReplayEvents],
    ['PATCH /webhooks/account', ChangeAccount],
  ])('names every field of %s', (route, Type) => {
    expect(named(rowOf(route))).toEqual(expect.arrayContaining(fieldsOf(Type)));
  });

  describe('names only filters that the list reads:', () => {
    let host: WebhooksHost;
    let api: Calls;
    beforeAll(async () => {
      host = await startHost();
      api = host.as('a');
    });
    afterAll(() => host.close());

    it.each([
      ['/webhooks', ['state', 'profile']],
      ['/webhooks/deliveries', named(rowOf('GET /webhooks/deliveries'))],
    ])('%s', async (path, filters) => {
      for (const filter of ['limit', 'cursor', ...filters]) {
        const { body } = await api.get(`${path}?${filter}=`).expect(400);
        expect(body.details).toMatchObject([{ field: filter }]);
      }
    });
  });
});
