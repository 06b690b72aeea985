import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Express } from 'express';
import { freePort } from '../support/free-port.js';
import { startPhp, startPython } from './receiver-process.js';

export interface ReceiverSettings {
  secret: string;
  /** Takes one line for each event that the receiver has handled. */
  log(line: string): void;
}

/** A running receiver of a customer. */
export interface Receiver {
  /** `http://127.0.0.1:…`, without a path. */
  url: string;
  /** One line for each event that the receiver has handled. The list is complete after `stop`. */
  worked: readonly string[];
  /** May be called again. */
  stop(): Promise<void>;
}

/** Starts a receiver with this secret. */
export type StartReceiver = (secret: string) => Promise<Receiver>;

export const node =
  (make: (settings: ReceiverSettings) => Express): StartReceiver =>
  async (secret) => {
    const worked: string[] = [];
    const server = make({ secret, log: (line) => worked.push(line) }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const closed = once(server, 'close');
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      worked,
      async stop() {
        server.close();
        server.closeAllConnections();
        await closed;
      },
    };
  };

export const python =
  (name: string): StartReceiver =>
  (secret) =>
    startPython([join(__dirname, 'python/serve.py'), name], { WEBHOOK_SECRET: secret });

export const php =
  (name: string): StartReceiver =>
  async (secret) =>
    startPhp(join(__dirname, `php/${name}.php`), await freePort(), { WEBHOOK_SECRET: secret });
