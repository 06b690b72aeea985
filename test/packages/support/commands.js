// @ts-check
const { execFile, spawn } = require('node:child_process');
const { dirname, delimiter } = require('node:path');
const { promisify } = require('node:util');

const LONGEST_COMMAND_MS = 300_000;

/**
 * @typedef {object} CommandOptions
 * @property {string} cwd
 * @property {string} [node] path of the Node that runs the command, npm and npm's scripts. Default: the Node of this process
 * @property {Record<string, string>} [env] variables in addition to those of this process
 */

/** @param {CommandOptions} options */
function environment({ node = process.execPath, env }) {
  return { ...process.env, ...env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
}

/**
 * Returns what the command printed.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<string>}
 * @throws {Error} with the output, if the command fails
 */
async function run(file, args, options) {
  const running = promisify(execFile)(file, args, {
    cwd: options.cwd,
    env: environment(options),
    maxBuffer: 64 * 1024 * 1024,
    timeout: LONGEST_COMMAND_MS,
  });
  running.child.stdin?.end();
  try {
    const { stdout, stderr } = await running;
    return `${stdout}${stderr}`;
  } catch (error) {
    const { stdout = '', stderr = '', code, signal } = /** @type {any} */ (error);
    const end = signal ?? (typeof code === 'number' ? `exit code ${code}` : code);
    throw new Error(`${stdout}${stderr}\n${file} ${args.join(' ')} failed in ${options.cwd}: ${end}`, {
      cause: error,
    });
  }
}

/** A program that runs until it is told to stop. */
class Program {
  /**
   * @param {string} file a script for Node
   * @param {CommandOptions} options
   */
  constructor(file, options) {
    this.name = file;
    this.output = '';
    this.child = spawn(options.node ?? process.execPath, [file], {
      cwd: options.cwd,
      env: environment(options),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    /** @type {Promise<string>} the exit code or the signal */
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve(String(signal ?? code))),
    );
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
        this.child.emit('said');
      });
  }

  /**
   * Returns when the output matches. Kills the program if that takes longer than `LONGEST_COMMAND_MS`.
   *
   * @param {RegExp} pattern
   * @throws {Error} with the output, if the program ends first
   */
  async says(pattern) {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), LONGEST_COMMAND_MS);
    try {
      while (!pattern.test(this.output)) {
        const said = new Promise((resolve) => this.child.once('said', () => resolve(null)));
        const end = await Promise.race([said, this.ended]);
        if (end !== null && !pattern.test(this.output))
          throw new Error(`${this.output}\n${this.name} ended (${end}) before it printed ${pattern}`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends SIGTERM, and returns the exit code or the signal that ended the program. */
  async stop() {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}

/**
 * Runs all tasks, at most `limit` at a time.
 *
 * @param {number} limit
 * @param {(() => Promise<void>)[]} tasks
 * @throws {AggregateError} with the errors of the tasks that failed
 */
async function runAll(limit, tasks) {
  const waiting = [...tasks];
  /** @type {unknown[]} */
  const errors = [];
  const lane = async () => {
    for (let task = waiting.shift(); task; task = waiting.shift())
      await task().catch((error) => errors.push(error));
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (errors.length > 0) throw new AggregateError(errors);
}

module.exports = { run, runAll, Program };
