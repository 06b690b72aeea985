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

/** Something that a process tells without being asked. */
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
  // Nobody is left to answer to.
  process.on('disconnect', () => process.exit(0));
}

export function tell(news: string, about: unknown): void {
  send({ news, about });
}

function send(message: Answer | News): void {
  // The parent may be gone: then there is nobody to tell that sending failed.
  process.send?.(message, undefined, undefined, () => undefined);
}
