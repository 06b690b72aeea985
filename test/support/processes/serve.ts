/** A command to a process of a test. */
export interface Command {
  id: number;
  name: string;
  args: unknown[];
}

/** The result of a command, or its error. */
export interface Answer {
  id: number;
  result?: unknown;
  error?: { name: string; message: string };
}

/** A message that a process sends without a command. */
export interface News {
  news: string;
  about: unknown;
}

/** Runs the commands that the parent process sends, and sends back their results. */
export function serve(commands: Record<string, (...args: never[]) => unknown>): void {
  process.on('message', async ({ id, name, args }: Command) => {
    try {
      const result = await commands[name]!(...(args as never[]));
      send({ id, result });
    } catch (error) {
      const { name: kind, message } = error as Error;
      send({ id, error: { name: kind, message } });
    }
  });
  // Ends this process with its parent.
  process.on('disconnect', () => process.exit(0));
}

export function tell(news: string, about: unknown): void {
  send({ news, about });
}

function send(message: Answer | News): void {
  // Ignores errors: sending fails only if the parent has ended.
  process.send?.(message, undefined, undefined, () => undefined);
}
