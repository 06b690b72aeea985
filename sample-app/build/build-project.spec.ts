import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProject } from './build-project.js';

const TYPES = ['Array<T>', 'Boolean', 'Function', 'IArguments', 'Number', 'Object', 'RegExp', 'String'];
/** Instead of the standard library, which takes the compiler a second to read. */
const LIBRARY = [...TYPES, 'CallableFunction', 'NewableFunction']
  .map((name) => `interface ${name} {}`)
  .join(' ');

describe('buildProject', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build-project-spec-'));
    mkdirSync(join(folder, 'src'));
    const compilerOptions = {
      module: 'commonjs',
      noLib: true,
      types: [],
      rootDir: 'src',
      outDir: 'out',
      declaration: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    write('library.ts', LIBRARY);
    write('one.ts', 'export const one = 1;');
    write('two.ts', 'export const two = 2;');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const source = (name: string) => join(folder, 'src', name);
  const write = (name: string, text: string) => writeFileSync(source(name), text);
  const built = (name: string) => readFileSync(join(folder, 'out', name), 'utf8');
  const files = () =>
    readdirSync(join(folder, 'out')).filter((file) => file.endsWith('.js') || file.endsWith('.d.ts'));
  const build = (dependencies?: string[]) => {
    const config = join(folder, 'tsconfig.json');
    return buildProject({ config, sources: join(folder, 'src'), output: join(folder, 'out') }, dependencies);
  };

  it('does nothing if nothing has changed', async () => {
    const first = await build();
    expect(first.isBuilt).toBe(true);
    expect(await build()).toEqual({ stamp: first.stamp, isBuilt: false });
  });

  it('builds a changed source, and all of it if a dependency or the configuration has changed', async () => {
    await build();
    write('one.ts', 'export const one = 11;');
    expect((await build()).isBuilt).toBe(true);
    expect(built('one.js')).toContain('11');
    expect(built('two.js')).toContain('2');

    expect((await build(['another stamp'])).isBuilt).toBe(true);
    const config = readFileSync(join(folder, 'tsconfig.json'), 'utf8');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      config.replace('"declaration":true', '"removeComments":true'),
    );
    expect((await build(['another stamp'])).isBuilt).toBe(true);
    expect(files()).not.toContain('one.d.ts');
  });

  it('leaves no output of a source that was removed or renamed', async () => {
    await build();
    rmSync(source('one.ts'));
    renameSync(source('two.ts'), source('three.ts'));
    await build();
    expect(files().toSorted()).toEqual(['library.d.ts', 'library.js', 'three.d.ts', 'three.js']);
  });

  it('builds everything after a build that did not end', async () => {
    await build();
    // As a killed build leaves it: no stamp, and output of sources that have been changed back since.
    rmSync(join(folder, 'out/.build-stamp'));
    writeFileSync(join(folder, 'out/one.js'), 'throw new Error("stale")');
    writeFileSync(join(folder, 'out/old.js'), '');
    await build();
    expect(built('one.js')).toContain('exports.one = 1');
    expect(files()).not.toContain('old.js');
  });

  it('says what does not compile, and builds once it does', async () => {
    await build();
    write('one.ts', 'export const one: string = 1;');
    await expect(build()).rejects.toThrow(/Type 'number' is not assignable to type 'string'/);
    await expect(build()).rejects.toThrow(/one\.ts/);
    write('one.ts', 'export const one: number = 12;');
    await build();
    expect(built('one.js')).toContain('12');
  });
});
