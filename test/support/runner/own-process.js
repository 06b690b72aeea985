/** A stream that discards what is written to it. */
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

/** Set on the real process, so that the real process and the `process` of a spec file have the same listeners. */
const SHARED = new Set(['_events', '_eventsCount', '_maxListeners']);

/**
 * `process` as a spec file gets it. Properties that the file sets, as fake timers do, are set only for that file. Output to
 * the streams, such as the lines of Nest's logger, is discarded, so that it does not mix with the results. Jest still shows
 * `console` output.
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
