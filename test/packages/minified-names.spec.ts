import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { itForAll } from '../support/it-for-all.js';

type ErrorClass = new (...parts: unknown[]) => Error;

/** Arguments for each constructor that has a parameter other than a text. */
const INPUT: Record<string, unknown[]> = { MissingRightsError: ['backend', []] };

const root = join(__dirname, '../../libs');
const loaded = new Map<string, Record<string, unknown>>();

/** Minifies a source file, as a bundler does, and loads it. Its classes then have other names. */
function load(path: string): Record<string, unknown> {
  const before = loaded.get(path);
  if (before) return before;
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    swcrc: false,
    minify: true,
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      minify: { compress: true, mangle: { toplevel: true } },
    },
  });
  const exported = {};
  loaded.set(path, exported);
  const inside = (name: string): unknown =>
    name.startsWith('.') ? load(resolve(dirname(path), name.replace(/\.js$/, '.ts'))) : require(name);
  new Function('exports', 'require', code)(exported, inside);
  return exported;
}

const errorClasses = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^\w+\/src\/.*(?<!\.spec)\.ts$/.test(file))
  .map((file) => join(root, file))
  .filter((path) => /class \w+ extends \w*(Error|Exception)\b/.test(readFileSync(path, 'utf8')))
  .flatMap((path) => Object.entries(load(path)))
  .filter(([, value]) => (value as ErrorClass).prototype instanceof Error) as [string, ErrorClass][];

itForAll(errorClasses)('In a minified bundle, each error keeps its exported name', ([name, Class]) => {
  expect(Class.name).not.toBe(name);
  // This base class is abstract, so it has no instances of its own.
  if (name === 'WebhooksError') return;
  const input = INPUT[name] ?? ['one', 'two', 'three', 'four'];
  expect(new Class(...input).name).toBe(name);
});

it('The error classes of both packages are found', () => {
  expect(errorClasses.length).toBeGreaterThan(15);
});
