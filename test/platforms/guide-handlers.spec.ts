import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { WebhookProfile } from 'nestjs-sms-webhooks-receiver';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import { messageEvent } from '../../libs/webhooks/src/events/event-builders.js';
import type { WebhookEventInput } from '../../libs/webhooks/src/events/event.js';
import { msgine } from '../../libs/webhooks/src/profiles/dialects/msgine.js';
import { useEngine } from '../engine/support/engine.js';
import {
  interpreters,
  startNode,
  startPhp,
  startPython,
  type ReceiverProcess,
} from '../receivers/receiver-process.js';
import { bodyOf, requestOf, type SignedRequest } from '../receivers/signed-request.js';
import { freePort } from '../support/free-port.js';

const out = { id: 'm1', direction: 'out', from: '+18005550199', to: '+256701521269' } as const;
const reply = { id: 'm2', direction: 'in', from: out.to, to: out.from, body: 'Ça va? 🙂 <a&b>' } as const;
/** Fields of a message. Each profile's payload of a failure contains at least one of them. */
const hanging = { externalId: 'HANG', errorMessage: 'HANG', statusText: 'HANG', body: 'HANG' };

/**
 * For each guide: the events of each endpoint that a customer registers, and the lines that the guide's handler prints.
 * `story` has the lines for the events of `storyOf`. Their order does not matter, because deliveries of several endpoints
 * may overtake each other. `last` is the line for one more event.
 */
const PRINTED: Record<string, { events: string[][]; story: string[]; last: string }> = {
  standard: {
    events: [['*']],
    story: ['message.sent: m1', 'message.delivered: m1', 'message.received: m2'],
    last: 'message.delivered: m3',
  },
  msgine: { events: [['*']], story: ['m1 is sent', 'm1 is delivered'], last: 'm3 is delivered' },
  opensms: { events: [['*']], story: ['m1 is delivered'], last: 'm3 is delivered' },
  mysmsgate: {
    events: [['incoming-sms', 'delivery-report']],
    story: ['m1 is delivered', `${out.to}: ${reply.body}`],
    last: 'm3 is delivered',
  },
  'mobile-text-alerts': {
    events: [['message-reply'], ['delivery-status'], ['message-send'], ['number-opt-in']],
    story: [
      'm1 was handed to the carrier',
      'm1 has status 3',
      'm1 has status 4',
      `${out.to} replied: ${reply.body}`,
      '+18005550100 opted in',
    ],
    last: 'm3 has status 4',
  },
  httpsms: {
    events: [['*']],
    story: ['message.phone.sent', 'message.phone.delivered', 'message.phone.received'].map(
      (type) => `${type} of ${out.from}`,
    ),
    last: `message.phone.delivered of ${out.from}`,
  },
};
const ACCOUNT_SECRET = ['msgine', 'mysmsgate'];
/** 33 bytes: the guide of httpSMS asks for 32 or more. */
const OWN_SECRET = 'a signing key of thirty-two bytes';

interface Language {
  name: string;
  /** The language of the block in the guide. */
  block: string;
  available: boolean;
  /** Takes the place of "Your work goes here": work on an event that contains `HANG` never ends. */
  hang: string;
  start(file: string, port: number, environment: Record<string, string>): Promise<ReceiverProcess>;
}

const LANGUAGES: Language[] = [
  {
    name: 'Node',
    block: 'js',
    available: true,
    hang: "if (JSON.stringify(event).includes('HANG')) await new Promise(() => undefined);",
    start: (file, _port, environment) => startNode(file, environment),
  },
  {
    name: 'Python',
    block: 'python',
    available: interpreters.pythonJwt,
    hang: 'if "HANG" in str(event): threading.Event().wait()',
    start: (file, _port, environment) => startPython([file], environment),
  },
  {
    name: 'PHP',
    block: 'php',
    available: interpreters.php !== null,
    hang: "if (str_contains(json_encode($event), 'HANG')) sleep(3600);",
    start: startPhp,
  },
];

const [node] = LANGUAGES as [Language, ...Language[]];
/** The guides promise Express 4 and 5. In the folder of the script, `express` is version 4. */
const express4: Language = {
  ...node,
  name: 'Node, on Express 4,',
  start(file, port, environment) {
    const modules = join(dirname(file), 'node_modules');
    mkdirSync(modules);
    symlinkSync(dirname(require.resolve('express4')), join(modules, 'express'));
    return node.start(file, port, environment);
  },
};

const handlers = Object.keys(PRINTED).flatMap((guide) =>
  LANGUAGES.map((language) => ({ guide, name: language.name, language })),
);
handlers.push({ guide: 'msgine', name: express4.name, language: express4 });

/** The handler as the guide prints it, except that the work on some events hangs. */
function printedHandler(guide: string, { block, hang }: Language): string {
  const text = readFileSync(join(__dirname, '../../docs/platforms', `${guide}.md`), 'utf8');
  const found = [...text.matchAll(/^```(\w+) file=receiver\.\w+\n([\s\S]*?)^```$/gm)].filter(
    ([, language]) => language === block,
  );
  expect(found).toHaveLength(1);
  const [before, after, ...more] = found[0]![2]!.split(/(?:#|\/\/) Your work goes here\./);
  expect([typeof after, more]).toEqual(['string', []]);
  return before + hang + after;
}

describe('What the engine delivers', () => {
  const engine = useEngine({ options: { profiles: [msgine({ httpsOnly: false })] } });
  let folder: string;
  let receiver: ReceiverProcess | null = null;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'guide-'));
  });
  afterEach(async () => {
    await receiver?.stop();
    receiver = null;
    rmSync(folder, { recursive: true });
  });

  it.each(handlers.filter(({ language }) => language.available))(
    'is verified, acknowledged and worked on once by the $name handler in the guide of $guide',
    async ({ guide, language }) => {
      const tenantId = `${guide} in ${language.name}`;
      const { events, story, last } = PRINTED[guide]!;
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/webhooks`;
      const secret = await register(tenantId, guide, url, events);
      const file = join(folder, `receiver.${language.block}`);
      writeFileSync(file, printedHandler(guide, language));
      receiver = await language.start(file, port, {
        PORT: String(port),
        WEBHOOK_SECRET: secret,
        WEBHOOK_URL: url,
        NODE_PATH: join(__dirname, '../../node_modules'),
        TMPDIR: folder,
      });

      await deliver(...storyOf(tenantId));
      await receiver.printed(story.length);
      for (const { id } of await engine().deliveries(tenantId))
        await engine().webhooks.deliveries.retry(tenantId, id);
      await engine().runOnce();
      expect(await refusals(url, guide as WebhookProfile, secret)).toEqual([401, 401, 401]);
      const other = { tenantId, message: { ...out, id: 'm3' } };
      await deliver({ ...messageEvent('message.delivered', other), subject: 'm3' });
      await receiver.printed(story.length + 1);
      const failed = { tenantId, message: { ...out, id: 'm4', ...hanging } };
      await deliver({ ...messageEvent('message.failed', failed), subject: 'm4' });

      const sent = await engine().deliveries(tenantId);
      expect(sent.map(({ state }) => state)).toEqual(sent.map(() => 'delivered'));
      expect(sent.at(-1)!.attempts).toHaveLength(1);
      expect(receiver.worked.toSorted()).toEqual([...story, last].toSorted());
      expect(receiver.worked.at(-1)).toBe(last);
    },
  );

  async function register(
    tenantId: string,
    profile: string,
    url: string,
    events: string[][],
  ): Promise<string> {
    const { endpoints, accounts } = engine().webhooks;
    const isAccounts = ACCOUNT_SECRET.includes(profile);
    const own = !isAccounts && profile !== 'standard' ? { secret: OWN_SECRET } : {};
    let secret: string | null | undefined;
    // A long timeout, because a busy machine may start the handler's work late.
    for (const names of events)
      ({ secret } = await endpoints.create(tenantId, {
        url,
        profile,
        events: names,
        timeoutMs: 30_000,
        ...own,
      }));
    return isAccounts ? (await accounts.secret(tenantId)).secret! : secret!;
  }

  async function deliver(...events: WebhookEventInput[]): Promise<void> {
    await engine().publish(...events);
    await engine().runOnce();
  }
});

function storyOf(tenantId: string): WebhookEventInput[] {
  const about = (type: Parameters<typeof messageEvent>[0], message: typeof out | typeof reply) => ({
    ...messageEvent(type, { tenantId, message }),
    subject: 'm1',
  });
  const { data } = eventExample('number.opted_in');
  return [
    about('message.sent', out),
    about('message.delivered', out),
    about('message.received', reply),
    { type: 'number.opted_in', tenantId, data } as WebhookEventInput,
  ];
}

/** The statuses of three wrong requests: signed with another secret, unsigned, and signed for another body or URL. */
async function refusals(url: string, profile: WebhookProfile, secret: string): Promise<number[]> {
  const body = bodyOf[profile];
  const otherSecret = profile === 'standard' ? 'whsec_AAAAr8GKYqrTwjUPD8ILPZIo2LaLaSw' : `${secret}x`;
  const changed = requestOf[profile](body, secret);
  const requests: SignedRequest[] = [
    requestOf[profile](body, otherSecret),
    { headers: { 'content-type': 'application/json' }, body },
    // The token of httpSMS covers the URL, not the body. The token in `changed` is for another URL.
    profile === 'httpsms' ? changed : { ...changed, body: ` ${body}` },
  ];
  const statuses: number[] = [];
  for (const { headers, body: sent } of requests)
    statuses.push((await fetch(url, { method: 'POST', headers, body: sent })).status);
  return statuses;
}

const skipped = handlers.filter(({ language }) => !language.available);
if (skipped.length > 0)
  it.skip.each(skipped)(
    'the $name handler in the guide of $guide: needs PHP, or Python with Flask and PyJWT',
    () => undefined,
  );
