import type { Command } from './command.js';
import { listen } from './commands/listen.js';
import { replay } from './commands/replay.js';
import { sign } from './commands/sign.js';
import { verify } from './commands/verify.js';
import { parseFlags } from './flags.js';
import { helpOf, overview, PROGRAM } from './help.js';
import { nearest } from './nearest.js';
import { UsageError } from './usage.error.js';
import { VERSION } from './version.js';

const COMMANDS: readonly Command[] = [listen, sign, verify, replay];
const HELP_FLAG = { help: { short: 'h', help: 'prints this help' } };

/** Runs a command. `args`: without the program's name. Returns the exit code. Explains a wrong call and returns 2. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await runCommand(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n${PROGRAM} ${helpFor(args[0])} tells more.`);
    return 2;
  }
}

async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') {
    console.log(VERSION);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(overview(COMMANDS));
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) throw unknownCommand(name);
  const full = { ...command, flags: { ...command.flags, ...HELP_FLAG } };
  const flags = parseFlags(args, full.flags);
  if (flags.has('help')) {
    console.log(helpOf(full));
    return 0;
  }
  return command.run(flags);
}

function helpFor(name: string | undefined): string {
  return COMMANDS.some((command) => command.name === name) ? `${name} --help` : '--help';
}

function unknownCommand(name: string): UsageError {
  const names = COMMANDS.map((each) => each.name);
  const guess = nearest(name, names);
  const hint = guess === null ? `The commands are ${names.join(', ')}.` : `Did you mean "${guess}"?`;
  return new UsageError(`There is no command "${name}". ${hint}`);
}
