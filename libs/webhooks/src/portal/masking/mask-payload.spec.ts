import { maskBody, maskPayload } from './mask-payload.js';
import { maskPhoneNumbers } from './phone-numbers.js';

const NOTHING = { bodies: false, phoneNumbers: false };
const TEXTS = { bodies: true, phoneNumbers: false };

it.each([
  ['Call +256772123456 now', 'Call +256•••••••56 now'],
  ['+1 (415) 555-0123', '+1 (41•) •••-••23'],
  ['0772 123 456, 0772-123-457', '077• ••• •56, 077•-•••-•57'],
  ['٠٧٧٢١٢٣٤٥٦', '٠٧٧•••••٥٦'],
  ['to=%2B256772123456&x=1', 'to=%2B256•••••••56&x=1'],
  ['at 2026-11-29T16:00:00Z', 'at 2026-11-29T16:00:00Z'],
  ['on 2026-11-29 0772123456 called', 'on 2026-11-29 077•••••56 called'],
  ['2026-11-29 16:00:00 +256772123456', '2026-11-29 16:00:00 +256•••••••56'],
  ['Error 500 after 12345 ms', 'Error 500 after 12345 ms'],
])('The phone numbers in %j are masked: %j', (text, masked) => {
  expect(maskPhoneNumbers(text)).toBe(masked);
});

it('A payload keeps keys, ids, types, statuses, flags, times and amounts, and loses texts, codes and phone numbers', () => {
  const payload = {
    id: 'evt_01',
    message_id: 48_213_377,
    type: 'message.delivered',
    status: 'delivered',
    created_at: '2026-11-29T16:00:00.000Z',
    timestamp: 1_764_432_000,
    sentAt: 1_764_432_000,
    candidate: 256_772_123_456,
    kids: 'Anna',
    parts: 2,
    test: false,
    price: 0.0175,
    to: 256_772_123_456,
    contact: { id: '+256772123456', name: 'Mrs. Miller', '+256772123456': 'a' },
    reason: 'Mrs. Miller is away',
    lines: ['one', '+256772123456'],
    nothing: null,
    error_code: 21_211,
    code: 4711,
    otp: '4711',
  };
  expect(maskPayload(payload, NOTHING)).toEqual({
    ...payload,
    to: '256•••••••56',
    candidate: '256•••••••56',
    kids: '••••••••',
    contact: { id: '+256•••••••56', name: '••••••••', '+256•••••••56': '••••••••' },
    reason: '••••••••',
    code: '••••••••',
    otp: '••••••••',
    lines: ['••••••••', '+256•••••••56'],
  });
});

it.each([
  ['{"a":"hi"}', NOTHING, '{"a":"••••••••"}'],
  ['{"a":"hi"}', TEXTS, '{"a":"hi"}'],
  ['<html>Mrs. Miller</html>', NOTHING, '••••••••'],
  ['{"cut": "Mrs. Mil', NOTHING, '••••••••'],
  ['"Mrs. Miller"', NOTHING, '••••••••'],
  ['no such number: 0772123456', TEXTS, 'no such number: 077•••••56'],
  ['', NOTHING, ''],
  ['{\n  "a": 1\n}', NOTHING, '{\n  "a": 1\n}'],
])('The body %j is masked as the options say', (body, shown, masked) => {
  expect(maskBody(body, shown)).toBe(masked);
});

it('A body of thousands of brackets or numbers is masked, too', () => {
  const deep = `${'['.repeat(20_000)}"Mrs. Miller"${']'.repeat(20_000)}`;
  expect(maskBody(deep, NOTHING)).not.toContain('Miller');
  expect(maskBody(`1 `.repeat(100_000), TEXTS)).toContain('•');
});
