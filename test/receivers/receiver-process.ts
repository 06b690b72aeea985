import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Receiver } from './receiver.js';

/** A receiver in a process of its own. */
export interface ReceiverProcess extends Receiver {
  /** Waits until the receiver has handled `count` events. */
  printed(count: number): Promise<void>;
}

type Environment = Record<string, string>;

/** Debian's packages work only with Debian's Python, which may not be the first in PATH. */
const pythons = [process.env.PYTHON ?? 'python3', '/usr/bin/python3'];
const withJwt = pythons.find((file) => canImport(file, 'flask, jwt'));
const phpName = process.env.PHP ?? 'php';

/** The interpreters on this machine: PHP, and a Python that has Flask. `pythonJwt`: this Python has PyJWT, too. */
export const interpreters = {
  python: withJwt ?? pythons.find((file) => canImport(file, 'flask')) ?? null,
  pythonJwt: withJwt !== undefined,
  php: spawnSync(phpName, ['--version']).status === 0 ? phpName : null,
};

export function startNode(script: string, environment: Environment): Promise<ReceiverProcess> {
  return start(process.execPath, [script], environment, 'stdout');
}

export function startPython(args: string[], environment: Environment): Promise<ReceiverProcess> {
  return start(interpreters.python, ['-B', ...args], environment, 'stdout');
}

/** Runs a script on PHP's own server, which must be told its port. PHP logs no warnings, only what the script logs. */
export function startPhp(script: string, port: number, environment: Environment): Promise<ReceiverProcess> {
  const quiet = ['-d', 'display_errors=0', '-d', 'log_errors=0'];
  return start(interpreters.php, [...quiet, '-S', `127.0.0.1:${port}`, script], environment, 'stderr');
}

const LISTENING =
  /listening on (\d+)|Server \(http:\/\/127\.0\.0\.1:(\d+)\) started|Running on http:.*:(\d+)/i;

/**
 * Resolves when the process listens. Each later line on `output` that is not the server's own is about one event that the
 * process has handled.
 */
async function start(
  file: string | null,
  args: string[],
  environment: Environment,
  output: 'stdout' | 'stderr',
): Promise<ReceiverProcess> {
  if (file === null) throw new Error(`No interpreter for ${args.at(-1)}.`);
  const child = spawn(file, args, { env: { ...process.env, ...environment } });
  const closed = once(child, 'close');
  const changes = new EventEmitter();
  const worked: string[] = [];
  const port = await portOf(child, (line, stream) => {
    if (stream !== child[output] || isServerTalk(line)) return;
    worked.push(line.replace(/^\[[^\]]*\] /, ''));
    changes.emit('line');
  });
  return {
    url: `http://127.0.0.1:${port}`,
    worked,
    async printed(count) {
      while (worked.length < count) {
        if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
        await Promise.race([once(changes, 'line'), closed]);
      }
    },
    async stop() {
      child.kill();
      await closed;
    },
  };
}

/** The port that the process prints. `take` gets all other lines, including later ones. */
function portOf(child: ChildProcess, take: (line: string, stream: Readable) => void): Promise<string> {
  const lines: string[] = [];
  return new Promise((listening, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`The receiver ended with ${code}: ${lines.join('\n')}`)));
    for (const stream of [child.stdout!, child.stderr!])
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        const [, port] = LISTENING.exec(line)?.filter(Boolean) ?? [];
        if (port) listening(port);
        else take(line, stream);
      });
  });
}

/** Whether a line is the server's own: PHP's server logs connections and requests, and Flask logs what it serves. */
function isServerTalk(line: string): boolean {
  return /^ \* |\] 127\.0\.0\.1:\d+ (Accepted|Closing|\[\d{3}\])/.test(line);
}

function canImport(interpreter: string, modules: string): boolean {
  return spawnSync(interpreter, ['-c', `import ${modules}`]).status === 0;
}
