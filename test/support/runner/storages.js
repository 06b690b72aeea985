const { AsyncLocalStorage } = require('node:async_hooks');

/** @type {Set<AsyncLocalStorage<unknown>>} */
const enabled = new Set();

for (const name of /** @type {const} */ (['run', 'enterWith'])) {
  /** @type {Function} */
  const method = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (/** @type {unknown[]} */ ...input) {
    enabled.add(this);
    return method.apply(this, input);
  };
}

/**
 * The `AsyncLocalStorage`s that spec files enable. Jest creates a storage for each spec file. In Node 20, every promise and
 * timer of the process copies the values of all enabled storages, so promises become slower with each spec file.
 */
module.exports = class Storages {
  /** Disables the storages. A package that goes on to use its own storage enables it again. */
  restore() {
    for (const storage of enabled) storage.disable();
    enabled.clear();
  }
};
