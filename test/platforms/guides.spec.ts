import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { eventExample } from '../../libs/webhooks/src/events/catalogue/event-example.js';
import type { CatalogueEventType } from '../../libs/webhooks/src/events/event-map.js';
import { assertHeaders } from '../../libs/webhooks/src/testing/profile-kit.js';
import type { Verify } from '../../libs/webhooks/src/testing/profile-kit.js';
import type { Profile } from '../../libs/webhooks/src/profiles/profile.js';
import { createProfileRegistry } from '../../libs/webhooks/src/profiles/dialects/built-in-profiles.js';
import { itForAll } from '../support/it-for-all.js';

const profiles = createProfileRegistry();

function guide(name: string): string {
  return readFileSync(join(__dirname, '../../docs/platforms', `${name}.md`), 'utf8');
}

/** The blocks of one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)(?: file=\S+)?\n([\s\S]*?)^```$/gm)]
    .filter((block) => block[1] === language)
    .map((block) => block[2]!);
}

/** The `verify(rawBody, headers, secret)` in the handler that a guide prints for Node, without the handler's server. */
function printedVerify(name: string): Verify {
  const [code] = blocks(guide(name), 'js');
  const [imported] = /^const .* = require\(.*\);$/m.exec(code!)!;
  const [verifying] = /^function verify\([\s\S]*?^}$/m.exec(code!)!;
  const globals = { require: (id: string) => require(id) as unknown, Buffer, process: { env: {} } };
  const verify = runInNewContext(`${imported}\n${verifying}\nverify`, globals) as (
    ...request: unknown[]
  ) => unknown;
  return ({ body, headers, secret }) => verify(body, headers, secret);
}

const UNITS = [
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** A duration as the guides write it, such as `1 h 12 min`. */
function durationOf(ms: number): string {
  const parts: string[] = [];
  let left = ms;
  for (const [unit, size] of UNITS) {
    if (left >= size) parts.push(`${Math.floor(left / size)} ${unit}`);
    left %= size;
  }
  if (left > 0) parts.push(`${left / 1000} s`);
  return parts.join(' ');
}

/** For each retry: the number of its attempt, the time since the previous failure, and since the first one. */
function timetable({ schedule, jitter: { share, direction } }: Profile): string[][] {
  const earliest = direction === 'both' ? 1 - share : 1;
  const total = { from: 0, to: 0 };
  return schedule.map((wait, retry) => {
    const [from, to] = [Math.round(wait * earliest), Math.round(wait * (1 + share))];
    total.from += from;
    total.to += to;
    const spans = [{ from, to }, { ...total }].map(
      (span) => `${durationOf(span.from)} to ${durationOf(span.to)}`,
    );
    return [String(retry + 2), ...spans];
  });
}

describe('The guides for customers', () => {
  itForAll(['standard', 'msgine', 'opensms', 'mysmsgate', 'mobile-text-alerts', 'httpsms'])(
    'print a check that accepts what the profile sends, and nothing else',
    async (name) => {
      const event = eventExample('message.delivered');

      const proven = await assertHeaders(profiles.get(name)!, event, printedVerify(name), {
        coversBody: name !== 'httpsms',
      });
      expect(proven).toHaveLength(1);
    },
  );

  itForAll(['standard', 'msgine', 'opensms', 'mysmsgate', 'mobile-text-alerts', 'httpsms'])(
    'print the times of the retries that the profile makes',
    (name) => {
      const rows = [...guide(name).matchAll(/^\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm)].map((row) =>
        row.slice(1),
      );

      expect(rows).toEqual(timetable(profiles.get(name)!));
    },
  );

  itForAll(['msgine', 'opensms', 'mysmsgate', 'mobile-text-alerts', 'httpsms'])(
    'show payloads with the keys that the profile sends, in the same order',
    (name) => {
      const shown = blocks(guide(name), 'json').map((body) => JSON.parse(body) as Record<string, unknown>);

      expect(shown.length).toBeGreaterThan(0);
      for (const example of shown) expect(Object.keys(closest(name, example))).toEqual(Object.keys(example));
    },
  );
});

describe('The table of promises', () => {
  const root = join(__dirname, '../..');
  const page = readFileSync(join(root, 'docs/platforms.md'), 'utf8');
  const [, legend, table] = /## Promises.*?\n\n(.*?)\n\n(.*?)\n\n## /s.exec(page)!;

  /** The letters of the legend, and the files that they stand for. */
  const files = new Map<string, string>();
  let folder = '';
  for (const [, path, letter, name] of legend!.matchAll(/`([\w/-]+\/)`|\b([A-Z]{1,2}) `([\w-]+)`/g)) {
    if (path) folder = path;
    else files.set(letter!, `${folder}${name}.spec.ts`);
  }
  const cited = table!
    .split('\n')
    .slice(2)
    .flatMap((row) => row.split('|')[3]!.trim().split('; '));

  it('names tests that exist', () => {
    expect(cited.length).toBeGreaterThan(60);
    for (const test of cited) {
      const [, letter, title] = /^([A-Z]{1,2}): (.*?)(?: \(.*\))?$/.exec(test)!;
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
