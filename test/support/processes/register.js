// @ts-check
// Lets plain Node run the TypeScript of this repository: `node --require register.js host.ts`.
// The fault suite starts hundreds of processes, so compiled files are kept in the folder for temporary files.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { tmpdir } = require('node:os');
const { dirname, join, resolve } = require('node:path');
const { transformSync } = require('@swc/core');

const kept = join(tmpdir(), 'sms-webhooks-faults-compiled');
const options = {
  jsc: {
    target: /** @type {const} */ ('es2022'),
    parser: { syntax: /** @type {const} */ ('typescript'), decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  module: { type: /** @type {const} */ ('commonjs') },
  sourceMaps: /** @type {const} */ ('inline'),
};

/** @type {any} */
const loader = Module;

loader._extensions['.ts'] = (/** @type {any} */ module, /** @type {string} */ filename) => {
  module._compile(compiled(filename), filename);
};

const resolveFilename = loader._resolveFilename;
loader._resolveFilename = (
  /** @type {string} */ request,
  /** @type {any} */ parent,
  /** @type {unknown[]} */ ...rest
) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && parent?.filename?.endsWith('.ts')) {
    const source = resolve(dirname(parent.filename), request.replace(/js$/, 'ts'));
    if (existsSync(source)) return source;
  }
  return resolveFilename(request, parent, ...rest);
};

/** @param {string} filename */
function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const place = join(kept, `${createHash('sha256').update(filename).update(source).digest('hex')}.js`);
  if (existsSync(place)) return readFileSync(place, 'utf8');
  const { code } = transformSync(source, { ...options, filename });
  mkdirSync(kept, { recursive: true });
  // Several processes may compile the same file at once, so each writes its own copy and then renames it.
  writeFileSync(`${place}.${process.pid}`, code);
  renameSync(`${place}.${process.pid}`, place);
  return code;
}
