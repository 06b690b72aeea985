import type { LoggerService } from '@nestjs/common';

/** A Nest logger that keeps warnings, errors and debug lines. */
export class Log implements LoggerService {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  readonly debugs: string[] = [];

  log(): void {}
  verbose(): void {}

  warn(message: unknown): void {
    this.warnings.push(String(message));
  }

  debug(message: unknown): void {
    this.debugs.push(String(message));
  }

  error(message: unknown): void {
    this.errors.push(String(message));
  }
}
