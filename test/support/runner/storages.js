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
 * The `AsyncLocalStorage`s that spec files create. Jest creates one for each, and every promise and timer of the process copies
 * the values of all that are enabled, so a hundred spec files later each of them costs a hundred times as much.
 */
module.exports = class Storages {
  /** Disables them. A package that has created one goes on to use it: its next `run()` enables it again. */
  restore() {
    for (const storage of created.splice(0)) storage.disable();
  }
};
