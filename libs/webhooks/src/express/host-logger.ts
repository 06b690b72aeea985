import type { LoggerService } from '@nestjs/common';
import { nameForExpress } from './name-caller.js';

/** Where log lines go: `console`, or a logger such as pino's or winston's. Each message is one line. */
export interface WebhooksLogger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Without this method, debug lines are not written. */
  debug?(message: string): void;
}

/** Contexts of the log lines that Nest writes about its own start. If the start fails, the error is thrown to the host. */
const START_UP = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'ExceptionHandler',
]);

/** Passes log lines to the host's logger in the form `WebhookWorker: …`, except the lines about Nest's own start. */
export class HostLogger implements LoggerService {
  constructor(private readonly host: WebhooksLogger) {}

  log(message: unknown, ...more: unknown[]): void {
    this.write('info', message, more);
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.write('warn', message, more);
  }

  error(message: unknown, ...more: unknown[]): void {
    this.write('error', message, more);
  }

  debug(message: unknown, ...more: unknown[]): void {
    this.write('debug', message, more);
  }

  /** The context is the last argument that Nest's loggers pass. */
  private write(level: keyof WebhooksLogger, message: unknown, more: readonly unknown[]): void {
    const context = more.at(-1);
    const text = nameForExpress(String(message));
    if (typeof context !== 'string') this.host[level]?.(text);
    else if (!START_UP.has(context)) this.host[level]?.(`${context}: ${text}`);
  }
}
