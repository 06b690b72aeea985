import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const json = (path: string) => JSON.parse(read(path));

interface Locked {
  version: string;
  integrity?: string;
  license?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
}
const locked: Record<string, Locked> = json('package-lock.json').packages;
const { dependencies } = json('libs/webhooks/package.json') as { dependencies: Record<string, string> };

/** These packages and all their dependencies. */
function treeOf(names: readonly string[], seen = new Map<string, Locked>()): Map<string, Locked> {
  for (const name of names) {
    const found = locked[`node_modules/${name}`];
    if (!found || seen.has(name)) continue;
    seen.set(name, found);
    treeOf(Object.keys(found.dependencies ?? {}), seen);
  }
  return seen;
}

/** The lowest releases without a known advisory, by the records in SECURITY.md. */
const LOWEST = { axios: '1.18.0', undici: '7.30.0', 'follow-redirects': '1.16.0', 'form-data': '4.0.6' };
/** Releases that contained malware. */
const MALWARE = ['axios 1.14.1', 'axios 0.30.4'];

const isBelow = (version: string, lowest: string): boolean =>
  version.localeCompare(lowest, 'en', { numeric: true }) < 0;

describe('The packages that run with the module', () => {
  it('are two, each with its reason in README.md and SECURITY.md', () => {
    expect(Object.keys(dependencies)).toEqual(['axios', 'undici']);
    expect(json('libs/receiver/package.json').dependencies).toBeUndefined();
    for (const name of Object.keys(dependencies)) {
      const paragraph = read('README.md')
        .split('\n\n')
        .find((each) => each.startsWith('Two runtime dependencies'));
      expect(paragraph).toContain(`\`${name}\``);
      expect(read('SECURITY.md').split('\n')).toContainEqual(
        expect.stringMatching(new RegExp(`^- \`${name}\` `)),
      );
    }
  });

  it('cannot be installed in a release with a known advisory', () => {
    for (const [name, range] of Object.entries(dependencies))
      expect([name, range]).toEqual([name, `^${LOWEST[name as keyof typeof LOWEST]}`]);
    const tree = treeOf(Object.keys(dependencies));
    for (const [name, lowest] of Object.entries(LOWEST))
      expect([name, isBelow(tree.get(name)!.version, lowest)]).toEqual([name, false]);
    for (const [name, { version }] of tree) expect(MALWARE).not.toContain(`${name} ${version}`);
  });

  it('have no install scripts, are checked by their digests, and have free licences', () => {
    const tree = treeOf(Object.keys(dependencies));
    expect(tree.size).toBeGreaterThan(10);
    for (const [name, { hasInstallScript, integrity, license }] of tree) {
      expect([name, hasInstallScript ?? false]).toEqual([name, false]);
      expect([name, integrity]).toEqual([name, expect.stringMatching(/^sha512-/)]);
      expect([name, license]).toEqual([
        name,
        expect.stringMatching(/^(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD)$/),
      ]);
    }
  });
});
