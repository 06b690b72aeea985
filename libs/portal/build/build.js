// Builds the webhooks page into libs/webhooks/dist/portal. With `--if-stale`, only changed sources cause a build.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { gzippedBytes, packFiles, writePage } from './pack.js';
import { hashSources, OUTPUT, PORTAL } from './sources.js';

/** Customers on phones pay for each megabyte, and a slow network loads this size in about one second. */
const MAX_GZIPPED_JAVASCRIPT_BYTES = 50 * 1024;

function builtFrom() {
  const path = join(OUTPUT, 'files.cjs');
  if (!existsSync(path)) return null;
  const head = Buffer.alloc(80);
  const file = openSync(path, 'r');
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return /^\/\/ sources ([0-9a-f]{64})/.exec(head.toString())?.[1] ?? null;
}

async function main() {
  const sources = hashSources();
  if (process.argv.includes('--if-stale') && builtFrom() === sources) return;

  // In tests, Jest has set NODE_ENV to `test`. With this value, Vite would build a larger page.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  const { output } = await build({ configFile: join(PORTAL, 'vite.config.js') });
  const html = output.find(({ fileName }) => fileName === 'index.html').source;
  if (!html.includes('<base href="%BASE%"')) throw new Error('index.html has lost its <base href="%BASE%">');
  const assets = output
    .filter(({ fileName }) => fileName.startsWith('assets/'))
    .map((file) => [file.fileName.slice('assets/'.length), file.code ?? file.source]);
  const files = packFiles(Object.fromEntries(assets));
  requireSmall(files);
  writePage(OUTPUT, { html, files, sources, strings: await readStrings() });
}

/** The page's texts by key, so that hosts see what they can replace. */
async function readStrings() {
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(join(PORTAL, 'src/strings/catalogue.ts'));
  return module.catalogue;
}

const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

function requireSmall(files) {
  const sizes = Object.entries(files).map(([name, file]) => [name, gzippedBytes(file)]);
  console.log(
    `Webhooks page, gzipped: ${sizes.map(([name, bytes]) => `${name} ${kilobytes(bytes)}`).join(', ')}`,
  );
  const javascript = sizes
    .filter(([name]) => name.endsWith('.js'))
    .reduce((sum, [, bytes]) => sum + bytes, 0);
  if (javascript > MAX_GZIPPED_JAVASCRIPT_BYTES) {
    throw new Error(
      `The page has ${kilobytes(javascript)} of gzipped JavaScript; at most ${kilobytes(MAX_GZIPPED_JAVASCRIPT_BYTES)} are allowed`,
    );
  }
}

await main();
