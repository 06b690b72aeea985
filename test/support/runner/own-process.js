/** A stream, but what is written to it goes nowhere. */
const quiet = (stream) =>
  Object.create(stream, {
    write: {
      configurable: true,
      writable: true,
      value(_, encoding, done = encoding) {
        if (typeof done === 'function') setImmediate(done);
        return true;
      },
    },
  });

/** Its listeners are those of the process. */
const SHARED = new Set(['_events', '_eventsCount', '_maxListeners']);

/**
 * `process` as a spec file gets it. What is set on it, as by fake timers, is set for that file, and what is written to its
 * streams, as by Nest's logger, is not printed among the results. What is logged on `console`, Jest shows.
 */
module.exports = function ownProcess(process = globalThis.process) {
  const own = Object.create(process, {
    stdout: { configurable: true, value: quiet(process.stdout) },
    stderr: { configurable: true, value: quiet(process.stderr) },
  });
  return new Proxy(own, {
    set: (_, key, value) =>
      SHARED.has(key)
        ? Reflect.set(process, key, value)
        : Reflect.defineProperty(own, key, { configurable: true, enumerable: true, writable: true, value }),
  });
};
