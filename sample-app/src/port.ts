import { createServer } from 'node:net';

/** Returns the port that an environment variable sets, or the default. The error names the variable. */
export function portOf(variable: string, fallback: number): number {
  const text = process.env[variable];
  if (!text) return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${variable} must be a port from 1 to 65535, not "${text}".`);
}

/** Throws if another process uses the port. Called before anything is started. */
export function requireFree(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** Turns an error about the port into an error that says what to do. Returns other errors unchanged. */
export function portError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    const other = port < 65_000 ? port + 100 : 3000;
    return new Error(`Port ${port} is in use. Choose another one: PORT=${other} npm start`);
  }
  if (error.code === 'EACCES') {
    return new Error(`This user may not listen on port ${port}. Choose another one: PORT=3000 npm start`);
  }
  return error;
}
