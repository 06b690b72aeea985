import { createServer } from 'node:net';

/** The port of an environment variable, or the default. Throws a sentence naming the variable. */
export function portOf(variable: string, fallback: number): number {
  const text = process.env[variable];
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${variable} must be a port from 1 to 65535, not "${text}".`);
}

/** Throws a sentence naming PORT if another process has it. Asked before anything is started. */
export function requireFree(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** The same error in words that say what to do, where it is about the port. */
export function portError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    const other = port < 65_000 ? port + 100 : 3000;
    return new Error(`Port ${port} is in use. Choose another one: PORT=${other} npm start`);
  }
  if (error.code === 'EACCES') {
    return new Error(
      `Port ${port} needs rights that this user does not have. Choose another one: PORT=3000 npm start`,
    );
  }
  return error;
}
