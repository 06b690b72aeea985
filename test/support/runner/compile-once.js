const vm = require('node:vm');

/** @type {Map<string, { source: string, run: Function }>} */
const compiled = new Map();

/**
 * Replaces `vm.compileFunction` for Jest, and compiles each module once in a process. Jest itself compiles a module again for
 * each spec file, which takes half of the module's load time. The replacement ignores the option for dynamic imports, because
 * Jest runs no dynamic imports here.
 *
 * @param {string} source
 * @param {readonly string[]} parameters
 * @param {{ filename: string }} options
 */
module.exports = function compileOnce(source, parameters, { filename }) {
  let known = compiled.get(filename);
  if (known?.source !== source) {
    // The function's head stands before the first line of the source. The offset subtracts the head from positions in stack traces.
    const head = `(function (${parameters.join(', ')}) {`;
    const script = new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
    compiled.set(filename, (known = { source, run: script.runInThisContext() }));
  }
  return known.run;
};
