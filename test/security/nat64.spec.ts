import { type HttpTransport, TRANSPORT } from '../../libs/webhooks/src/http/transport.js';
import { DialRecorder } from '../http/dial-recorder.js';
import { startHost } from '../support/webhooks-host.js';

it("the network's own NAT64 prefixes are refused when they are registered, and not dialled", async () => {
  const host = await startHost({
    options: { network: { nat64Prefixes: ['2a00:1:2:64::/96'], allowedAddresses: [] } },
  });
  const hidden = 'https://[2a00:1:2:64::a00:1]/';
  const { body } = await host
    .as('a')
    .post('/webhooks', { url: hidden, events: ['*'] })
    .expect(422);
  expect(body.details[0].code).toBe('destination_not_allowed');
  const recorder = new DialRecorder();
  await recorder.start();
  const transport = host.app.get<HttpTransport>(TRANSPORT);
  const send = (url: string) =>
    transport
      .send({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 2_000 })
      .catch((error) => error.code);
  expect(await send(hidden)).toBe('blocked');
  expect(recorder.take()).toEqual([]);
  expect(await send('https://[2a00:1:2:65::a00:1]/')).toBe('connect');
  expect(recorder.take()).toEqual(['2a00:1:2:65::a00:1']);
  recorder.stop();
  await host.close();
});
