import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Sends as much and as fast as the client reads. The path selects the response. Runs in a separate process, so that its
 * memory is not measured.
 */
const PROGRAM = `
const { createServer } = require('node:net');
const { gzipSync } = require('node:zlib');
const HEAD = 'HTTP/1.1 500 x\\r\\n';
const CHUNKED = HEAD + 'transfer-encoding: chunked\\r\\n\\r\\n';
const ten = Buffer.alloc(10_000_000, 'y');
const bomb = gzipSync(Buffer.alloc(50_000_000));
const whole = (body, more = '') => [HEAD + more + 'content-length: ' + body.length + '\\r\\n\\r\\n', body];
const ANSWERS = {
  '/endless': [HEAD + '\\r\\n', null, Buffer.alloc(65_536, 'x')],
  '/big': whole(ten),
  '/bomb': whole(bomb, 'content-encoding: gzip\\r\\n'),
  // 16,000 bytes, each in a chunk of its own: 96,000 bytes on the wire.
  '/crumbs': [CHUNKED + '1\\r\\nx\\r\\n'.repeat(16_000)],
  '/extensions': [CHUNKED + '1;', null, Buffer.alloc(65_536, 'e')],
  '/hints': ['', null, 'HTTP/1.1 103 x\\r\\nlink: </a>\\r\\n\\r\\n'.repeat(500)],
};
createServer((socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    const [first, second, again] = ANSWERS[/^POST (\\S+)/.exec(bytes.toString())?.[1]] ?? [];
    if (first) socket.write(first);
    if (second) socket.write(second);
    const more = () => { while (!socket.destroyed && socket.write(again)); };
    if (again) { socket.on('drain', more); more(); }
  });
}).listen(0, '127.0.0.1', function () { process.send(this.address().port); });
`;

export class FloodingReceiver {
  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  static async start(): Promise<FloodingReceiver> {
    const child = spawn(process.execPath, ['-e', PROGRAM], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [port] = (await once(child, 'message')) as [number];
    return new FloodingReceiver(child, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
