import { createServer } from 'node:net';

type Connect = (this: unknown, request: object, address: string, port: number) => number;
interface TcpHandle {
  connect: Connect;
  connect6: Connect;
  getpeername: (peer: { address?: string }) => number;
}

const ECONNREFUSED = -111;

/** Replaces libuv's `connect`: records what would have been dialled, and lets no packet leave. */
export class DialRecorder {
  readonly dials: string[] = [];
  private original: Pick<TcpHandle, 'connect' | 'connect6'> | null = null;
  private handle: TcpHandle | null = null;

  /** `open`: a port on loopback that can still be reached, such as the database's. */
  async start(open?: number): Promise<void> {
    this.handle = await tcpHandle();
    this.original = { connect: this.handle.connect, connect6: this.handle.connect6 };
    const recording = (original: Connect): Connect => {
      const dials = this.dials;
      return function (request, address, port) {
        if (port === open && ['127.0.0.1', '::1'].includes(address))
          return original.call(this, request, address, port);
        dials.push(address);
        return ECONNREFUSED;
      };
    };
    this.handle.connect = recording(this.original.connect);
    this.handle.connect6 = recording(this.original.connect6);
  }

  /** Returns the addresses that were dialled since the previous `take()`. */
  take(): string[] {
    return this.dials.splice(0);
  }

  stop(): void {
    Object.assign(this.handle!, this.original);
  }
}

/** Makes every socket report this address as its peer. Returns a function that restores the real addresses. */
export async function pretendPeer(address: string): Promise<() => void> {
  const handle = await tcpHandle();
  const original = handle.getpeername;
  handle.getpeername = (peer) => {
    peer.address = address;
    return 0;
  };
  return () => {
    handle.getpeername = original;
  };
}

/** The prototype of all TCP handles in this process. */
async function tcpHandle(): Promise<TcpHandle> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const handle = (server as unknown as { _handle: object })._handle;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return Object.getPrototypeOf(handle) as TcpHandle;
}
