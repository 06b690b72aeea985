import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { optionPaths } from '../../libs/webhooks/src/config/option.js';
import { PortalOptions } from '../../libs/webhooks/src/config/portal-options.js';
import { WebhooksModuleOptions } from '../../libs/webhooks/src/config/options.js';
import { WebhooksModuleStructure } from '../../libs/webhooks/src/config/structure-options.js';
import { startBackend } from '../support/sample-app.js';
import { blocksOf, PAGES } from './blocks.js';

const run = promisify(execFile);
const root = resolve(__dirname, '../..');

describe('The READMEs', () => {
  it.each(Object.keys(PAGES))(
    '%s has only TypeScript blocks that name their file, and shell blocks that begin with curl or npm install',
    (readme) => {
      const kinds = blocksOf(readme).map(({ language, file, text }) =>
        language === 'ts' && file
          ? 'compiled'
          : language === 'sh' && /^(curl|npm install)/.test(text)
            ? 'run'
            : text,
      );
      expect(new Set(kinds)).toEqual(new Set(['compiled', 'run']));
    },
  );
});

describe('The README', () => {
  const blocks = blocksOf('README.md');

  it('runs: every curl command succeeds against the sample', async () => {
    const backend = await startBackend();
    try {
      const commands = blocks
        .filter(({ language, text }) => language === 'sh' && text.startsWith('curl'))
        .flatMap(({ text }) => text.replaceAll('\\\n', ' ').trim().split('\n'));
      expect(commands.length).toBeGreaterThan(2);
      for (const command of commands) {
        const local = command
          .replace('http://127.0.0.1:3000/api/v1', backend.url)
          .replace(/^curl /, 'curl --silent --fail-with-body ');
        const { stdout } = await run('bash', ['-c', local]);
        expect(JSON.parse(stdout)).toEqual(expect.any(Object));
      }
    } finally {
      await backend.close();
    }
  });

  it('has a row for every option, in its group, and no other rows', () => {
    const [, section] = readFileSync(join(root, 'README.md'), 'utf8').split('## Options');
    const rows = section!
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| '));
    let prefix = '';
    const paths: string[] = [];
    for (const row of rows) {
      const first = row.split('|')[1]!;
      const names = [...first.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
      if (first.includes('**')) prefix = `${names[0]}.`;
      else paths.push(...names.map((name) => prefix + name));
    }
    const values = optionPaths(WebhooksModuleOptions);
    const inGroups = values.filter((path) => !values.some((other) => other.startsWith(`${path}.`)));
    const expected = [...optionPaths(WebhooksModuleStructure), ...inGroups, 'encryption'].filter(
      // The options of the webhooks page are in docs/portal.md.
      (path) => !path.startsWith('encryption.') && !path.startsWith('portal.'),
    );
    expect(paths.toSorted()).toEqual(expected.toSorted());
  });

  it('leaves the options of the webhooks page to docs/portal.md, which has a row for each of them', () => {
    const [, section] = readFileSync(join(root, 'docs/portal.md'), 'utf8').split('## Options');
    const rows = section!.split('\n## ')[0]!.matchAll(/^\| (`.*?) +\|/gm);
    const named = [...rows].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!),
    );
    expect(named.toSorted()).toEqual(
      optionPaths(PortalOptions)
        .filter((path) => path !== 'brand' && path !== 'show')
        .toSorted(),
    );
  });

  it('and the other guides name only npm scripts and benchmarks that exist', () => {
    const scripts = ['.', 'libs/portal', 'libs/webhooks'].flatMap((folder) => {
      const manifest = readFileSync(join(root, folder, 'package.json'), 'utf8');
      return Object.keys((JSON.parse(manifest) as { scripts: object }).scripts);
    });
    const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    const files = ['README.md', 'CONTRIBUTING.md', 'bench/README.md', ...docs.map((name) => `docs/${name}`)];
    const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const namesIn = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!);

    const named = [...namesIn(/npm run (?:--silent )?([\w:-]+)/g), ...namesIn(/npm (start|test)\b/g)];
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'build:cjs', 'bench:short']));
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);

    const benchmarks = namesIn(/node (bench\/[\w/-]+\.js)/g);
    expect(benchmarks).toContain('bench/drain.js');
    expect(benchmarks.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
