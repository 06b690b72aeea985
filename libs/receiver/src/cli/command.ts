import type { Flags, FlagSpecs } from './flags.js';

/** A command of the tool. */
export interface Command {
  name: string;
  /** One line. */
  summary: string;
  /** After the name: `[FILE] --to URL`. */
  usage: string;
  flags: FlagSpecs;
  /** Returns the exit code. Throws `UsageError`. */
  run(flags: Flags): Promise<number>;
}
