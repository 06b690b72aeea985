const vm = require('node:vm');

/** @type {Map<string, { source: string, run: Function }>} */
const compiled = new Map();

/**
 * Does what Jest uses `vm.compileFunction` for, once for each module of a process. Jest compiles them again for each spec file,
 * which takes half of the time to load them. Modules with dynamic imports are no exception: Jest loads none.
 *
 * @param {string} source
 * @param {readonly string[]} parameters
 * @param {{ filename: string }} options
 */
module.exports = function compileOnce(source, parameters, { filename }) {
  let known = compiled.get(filename);
  if (known?.source !== source) {
    // On the first line, with an offset, so that stack traces have the positions of the source.
    const head = `(function (${parameters.join(', ')}) {`;
    const script = new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
    compiled.set(filename, (known = { source, run: script.runInThisContext() }));
  }
  return known.run;
};
