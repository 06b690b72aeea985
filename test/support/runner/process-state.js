/** The state that spec files change in the shared process: globals, environment variables and listeners. */
module.exports = class ProcessState {
  /** @type {Record<PropertyKey, PropertyDescriptor>} */
  globals = Object.getOwnPropertyDescriptors(globalThis);
  variables = { ...process.env };
  listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));

  /** Restores the state that the constructor saved, except globals and listeners that were removed. */
  restore() {
    for (const key of Reflect.ownKeys(globalThis)) {
      const before = Reflect.get(this.globals, key);
      const now = Reflect.getOwnPropertyDescriptor(globalThis, key);
      if (!before) Reflect.deleteProperty(globalThis, key);
      else if (now.value !== before.value || now.get !== before.get)
        Reflect.defineProperty(globalThis, key, before);
    }
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    for (const name of process.eventNames()) {
      const before = this.listeners.get(name) ?? [];
      for (const listener of process.rawListeners(name)) {
        if (!before.includes(listener)) process.removeListener(name, listener);
      }
    }
  }
};
