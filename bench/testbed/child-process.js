// Lets a parent process call a child process: `startChild` is the parent's side, and `serve` is the child's side.
const { fork } = require('node:child_process');

/**
 * Starts a child process.
 *
 * @param {string} file a module that calls `serve()`
 * @param {string[]} [args]
 * @param {string[]} [flags] of Node.js
 * @returns a handle: `call(method, params)` returns what the method returns, `end()` kills the process
 */
function startChild(file, args = [], flags = []) {
  const child = fork(file, args, { serialization: 'advanced', execArgv: [...process.execArgv, ...flags] });
  const waiting = new Map();
  let calls = 0;
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`${file}: ${error}`));
  });
  const exited = new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error(`${file} ended (${signal ?? code})`));
      waiting.clear();
      resolve();
    });
  });
  return {
    pid: child.pid,
    /** @param {string} method @param {unknown} [params] @returns {Promise<any>} */
    call(method, params) {
      return new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, { resolve, reject });
        child.send({ id, method, params }, (error) => {
          if (error && waiting.delete(id)) reject(error);
        });
      });
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/**
 * Serves the parent's calls with `methods`, and ends this process when the parent ends.
 *
 * @param {Record<string, (params: any) => unknown>} methods
 */
function serve(methods) {
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; the parent decides when this process ends.
  process.on('SIGINT', () => undefined);
  process.on('message', async ({ id, method, params }) => {
    try {
      process.send({ id, result: await methods[method](params) });
    } catch (error) {
      process.send({ id, error: error.stack ?? String(error) });
    }
  });
}

module.exports = { serve, startChild };
