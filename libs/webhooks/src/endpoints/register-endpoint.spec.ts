import { readBody } from '../validation/read-input.js';
import { RegisterEndpoint } from './register-endpoint.dto.js';

const read = (phoneNumbers: string[]) =>
  readBody(RegisterEndpoint, { url: 'https://example.com/', events: ['*'], phoneNumbers });

it('a registration refuses phone numbers with the international prefix 00, and shows the expected form', async () => {
  for (const number of ['0014155550100', '00256701521269', '00441234567', '+0014155550100'])
    await expect(read([number])).rejects.toMatchObject({
      message: expect.stringContaining('a phone number such as +256701521269'),
    });
  const fine = ['+14155550100', '14155550100', '0701521269', '12345', 'ACME'];
  expect((await read(fine)).phoneNumbers).toEqual(fine);
});
