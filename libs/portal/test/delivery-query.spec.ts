import { queryOf, searchesOf, withoutFilters } from '../src/screens/deliveries/delivery-query.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');

describe('The filters of deliveries in the URL', () => {
  it('search by the ids that receivers and hosts know', () => {
    expect(searchesOf(' dlv_42 ')).toEqual([{ deliveryId: 'dlv_42' }]);
    expect(searchesOf('evt_01M8M500B8FJ3BTS8749HEG3A0')).toEqual([
      { eventId: 'evt_01M8M500B8FJ3BTS8749HEG3A0' },
    ]);
    expect(searchesOf('msg_000021')).toEqual([{ subject: 'msg_000021' }]);
    const uuid = '01a22850-0168-7c86-bd65-072262e80d40';
    expect(searchesOf(uuid)).toEqual([{ eventId: uuid }, { subject: uuid }]);
    expect(searchesOf('')).toEqual([{}]);
  });

  it('become parameters of the API', () => {
    const query = queryOf(
      { screen: 'deliveries', state: 'waiting', status: '5xx', range: '24h', test: 'none' },
      NOW,
    );
    expect(JSON.parse(JSON.stringify(query))).toEqual({
      state: 'pending,sending',
      statusClass: '5xx',
      since: '2026-11-19T10:00:00.000Z',
      test: false,
    });
    expect(queryOf({ status: '503' }, NOW)).toMatchObject({ status: 503 });
  });

  it('are left out if their values are not valid', () => {
    const nonsense = { state: 'toString', status: '5', range: '__proto__', test: 'x' };
    expect(JSON.parse(JSON.stringify(queryOf(nonsense, NOW)))).toEqual({});
    expect(queryOf({ range: 'custom', since: 'yesterday' }, NOW).since).toBeUndefined();
  });

  it('are removed together with the cursor, but the parameters that select the list stay', () => {
    expect(withoutFilters({ webhook: 'wh_1', tab: 'deliveries', q: 'x', cursor: 'dlv_1' })).toEqual({
      webhook: 'wh_1',
      tab: 'deliveries',
    });
  });
});
