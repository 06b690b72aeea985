import type { Flags, FlagSpecs } from './flags.js';

export interface Command {
  name: string;
  /** What the command does, in one line. */
  summary: string;
  /** The arguments, which the help shows after the name: `[FILE] --to URL`. */
  usage: string;
  flags: FlagSpecs;
  /** Returns the exit code. Throws `UsageError`. */
  run(flags: Flags): Promise<number>;
}
