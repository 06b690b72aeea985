const hooks = require('node:async_hooks');

/** @type {hooks.AsyncLocalStorage<unknown>[]} */
const created = [];

hooks.AsyncLocalStorage = class extends hooks.AsyncLocalStorage {
  /** @param {ConstructorParameters<typeof hooks.AsyncLocalStorage>} input */
  constructor(...input) {
    super(...input);
    created.push(this);
  }
};

/**
 * The `AsyncLocalStorage`s that are created while a spec file runs. Jest creates one for each spec file, and every promise and
 * timer copies the values of all enabled storages. If they stayed enabled, each spec file would slow down all later ones.
 */
module.exports = class Storages {
  /** Disables the storages. A package can still use its own: the next `run()` enables it again. */
  restore() {
    for (const storage of created.splice(0)) storage.disable();
  }
};
