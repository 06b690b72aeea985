import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as webhooks from '../../libs/webhooks/src/index.js';
import * as profiles from '../../libs/webhooks/src/profiles/index.js';
import * as schema from '../../libs/webhooks/src/store/schema/index.js';
import * as testing from '../../libs/webhooks/src/testing/index.js';
import { USER_AGENT, VERSION } from '../../libs/webhooks/src/engine/send/user-agent.js';

const library = join(__dirname, '../../libs/webhooks');
const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));

/** Every exported name of an index file, types too, in its order. */
function namesOf(file: string): string[] {
  const source = readFileSync(join(library, 'src', file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
  return [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list]) => list!.split(','))
    .map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    )
    .filter((name) => name !== '');
}

describe('The public names', () => {
  // A name that goes, or changes its case, breaks hosts: that is a new major version. A new one belongs into the README.
  it.each(['index.ts', 'profiles/index.ts', 'store/schema/index.ts', 'testing/index.ts'])(
    'of %s are these',
    (file) => {
      expect(namesOf(file).toSorted()).toMatchSnapshot();
    },
  );

  it.each([
    ['index.ts', webhooks],
    ['profiles/index.ts', profiles],
    ['store/schema/index.ts', schema],
    ['testing/index.ts', testing],
  ])('of %s that are values are there when it is loaded', (file, loaded) => {
    const values = Object.keys(loaded);
    expect(values.length).toBeGreaterThan(0);
    expect(namesOf(file)).toEqual(expect.arrayContaining(values));
    for (const name of values) expect((loaded as Record<string, unknown>)[name]).toBeDefined();
  });

  it('are each exported once', () => {
    const names = namesOf('index.ts');
    expect(names).toEqual([...new Set(names)]);
  });
});

it('The version in the code is the one of the package, and what receivers see', () => {
  expect(VERSION).toBe(manifest.version);
  expect(USER_AGENT).toBe(`nestjs-sms-webhooks/${manifest.version}`);
});
