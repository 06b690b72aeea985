import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import type { CatalogueEventType } from '../../libs/webhooks/src/events/event-map.js';
import { assertHeaders } from '../../libs/webhooks/src/testing/profile-kit.js';
import type { Verify } from '../../libs/webhooks/src/testing/profile-kit.js';
import { createProfileRegistry } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { itForAll } from '../support/it-for-all.js';

const profiles = createProfileRegistry();

function guide(name: string): string {
  return readFileSync(join(__dirname, '../../docs/platforms', `${name}.md`), 'utf8');
}

/** The blocks of one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((block) => block[1] === language)
    .map((block) => block[2]!);
}

/** The `verify(rawBody, headers, secret)` that a guide prints. */
function printedVerify(name: string): Verify {
  const [code] = blocks(guide(name), 'js');
  const globals = { require: (id: string) => require(id) as unknown, Buffer, TextEncoder };
  const verify = runInNewContext(`${code}\nverify`, globals) as (...request: unknown[]) => unknown;
  return ({ body, headers, secret }) => verify(body, headers, secret);
}

describe('the guides for customers', () => {
  itForAll(['standard', 'msgine', 'opensms', 'mysmsgate', 'mobile-text-alerts', 'httpsms'])(
    'print a check that takes what the profile sends, and nothing else',
    async (name) => {
      const event = eventExample('message.delivered');

      const proven = await assertHeaders(profiles.get(name)!, event, printedVerify(name), {
        coversBody: name !== 'httpsms',
      });
      expect(proven).toHaveLength(1);
    },
  );

  itForAll(['msgine', 'opensms', 'mysmsgate', 'mobile-text-alerts', 'httpsms'])(
    'show payloads with the keys, in the order, that the profile sends',
    (name) => {
      const shown = blocks(guide(name), 'json').map((body) => JSON.parse(body) as Record<string, unknown>);

      expect(shown.length).toBeGreaterThan(0);
      for (const example of shown) expect(Object.keys(closest(name, example))).toEqual(Object.keys(example));
    },
  );
});

describe('the table of promises', () => {
  const root = join(__dirname, '../..');
  const page = readFileSync(join(root, 'docs/platforms.md'), 'utf8');
  const [, legend, table] = /## Promises.*?\n\n(.*?)\n\n(.*?)\n\n## /s.exec(page)!;

  /** The letters of the legend, and the files that they stand for. */
  const files = new Map<string, string>();
  let folder = '';
  for (const [, path, letter, name] of legend!.matchAll(/`([\w/-]+\/)`|\b([A-Z]) `([\w-]+)`/g)) {
    if (path) folder = path;
    else files.set(letter!, `${folder}${name}.spec.ts`);
  }
  const cited = table!
    .split('\n')
    .slice(2)
    .flatMap((row) => row.split('|')[3]!.trim().split('; '));

  it('names tests that are there', () => {
    expect(cited.length).toBeGreaterThan(60);
    for (const test of cited) {
      const [, letter, title] = /^([A-Z]): (.*?)(?: \(.*\))?$/.exec(test)!;
      expect([test, files.get(letter!)]).toEqual([test, expect.any(String)]);
      const source = readFileSync(join(root, files.get(letter!)!), 'utf8');
      expect([test, source.includes(title!)]).toEqual([test, true]);
    }
  });
});

/** What the profile sends for a message with every field that the example has. */
function closest(name: string, example: Record<string, unknown>): Record<string, unknown> {
  const type = typeOf(example);
  const inbound = type === 'message.received';
  const message = {
    id: 1,
    direction: inbound ? 'in' : 'out',
    from: 'fromNumber' in example && !inbound ? '+18005550199' : 'MyApp',
    to: '+18005550100',
    statusText: 'X',
    providerId: 'SM1',
    externalId: 'e1',
    tags: inbound ? { key: 'value' } : undefined,
  };
  const event = type === 'number.opted_in' ? eventExample(type) : eventExample(type, { data: { message } });
  const [wire] = profiles.get(name)!.render(event);
  return JSON.parse(wire!.body) as Record<string, unknown>;
}

function typeOf(example: Record<string, unknown>): CatalogueEventType {
  if ('optInType' in example) return 'number.opted_in';
  if ('messageId' in example && 'message' in example) return 'message.sent';
  if ('message' in example || example['type'] === 'message.phone.received') return 'message.received';
  return example['status'] === 'failed' ? 'message.failed' : 'message.delivered';
}
