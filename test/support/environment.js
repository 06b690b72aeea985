// @ts-check
// Jest's environment for Node, with modules that are compiled once for each process. Each spec file runs some two thousand
// modules in a context of its own. Jest compiles them again for each file, which takes half of the time to load them.
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/** @type {Map<string, { source: string, script: vm.Script }>} */
const compiled = new Map();

/**
 * Does what Jest uses `vm.compileFunction` for. Modules with dynamic imports are no exception: Jest loads none.
 *
 * @param {string} source
 * @param {readonly string[]} parameters
 * @param {{ filename: string, parsingContext: vm.Context }} options
 */
function compileOnce(source, parameters, { filename, parsingContext }) {
  let known = compiled.get(filename);
  if (known?.source !== source) {
    // On the first line, with an offset, so that stack traces have the positions of the source.
    const head = `(function (${parameters.join(', ')}) {`;
    const script = new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
    compiled.set(filename, (known = { source, script }));
  }
  return known.script.runInContext(parsingContext);
}

vm.compileFunction = /** @type {any} */ (compileOnce);

module.exports = TestEnvironment;
