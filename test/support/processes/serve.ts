/** A command to a process of a test, and its answer. */
export interface Command {
  id: number;
  name: string;
  args: unknown[];
}

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

/** Answers the commands of the process that started this one. `SIGKILL` is how most of these processes end. */
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
  // The parent has ended.
  process.on('disconnect', () => process.exit(0));
}

export function tell(news: string, about: unknown): void {
  send({ news, about });
}

function send(message: Answer | News): void {
  // Ignores errors: sending fails only if the parent has ended.
  process.send?.(message, undefined, undefined, () => undefined);
}
