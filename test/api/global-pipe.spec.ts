import {
  BadRequestException,
  type INestApplication,
  type PipeTransform,
  ValidationPipe,
} from '@nestjs/common';
import { startHost } from '../support/webhooks-host.js';

const good = { url: 'https://example.com/hooks', events: ['message.delivered'] };

describe.each([
  [
    'is strict and converts values',
    () =>
      new ValidationPipe({
        whitelist: true,
        forbidNonWhitelisted: true,
        forbidUnknownValues: true,
        transform: true,
        transformOptions: { enableImplicitConversion: true },
      }),
  ],
  [
    'removes unknown fields in silence',
    () => new ValidationPipe({ whitelist: true, transform: true, validateCustomDecorators: true }),
  ],
  [
    'refuses every parameter whose type is a class',
    (): PipeTransform => ({
      transform(value: unknown, { metatype }) {
        if (metatype && ![Object, String, Number, Boolean, Array].includes(metatype as never))
          throw new BadRequestException();
        return value;
      },
    }),
  ],
])("Under a host's global pipe that %s", (_, pipe) => {
  it.each(['express', 'fastify'] as const)(
    'bodies arrive unchanged and errors have the format of this module, on %s',
    async (adapter) => {
      const configure = (app: INestApplication) => void app.useGlobalPipes(pipe());
      const host = await startHost({ adapter, configure });
      const api = host.as('a');
      const headers = { 'x-number': '5', 'x-true': 'true' };
      const { body } = await api
        .post('/webhooks', { ...good, headers, skipErrorCodes: ['404'], maxInFlight: 3 })
        .expect(201);
      expect(body).toMatchObject({
        headerNames: ['x-number', 'x-true'],
        skipErrorCodes: ['404'],
        maxInFlight: 3,
      });
      await api.post('/webhooks', { ...good, maxInFlight: '3' }).expect(400);
      const unknown = await api.patch(`/webhooks/${body.id}`, { nonsense: 1 }).expect(400);
      expect(unknown.body.details).toEqual([
        expect.objectContaining({ field: 'nonsense', code: 'unknown_field' }),
      ]);
      const list = await api.get('/webhooks/deliveries?test=false&limit=5&since=2020-01-01').expect(200);
      expect(list.body).toEqual({ data: [], nextCursor: null });
      await api.post(`/webhooks/${body.id}/pause`).expect(200);
      await host.close();
    },
  );
});
