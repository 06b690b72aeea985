/** Base of every error this module throws on purpose. */
export abstract class WebhooksError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option of `forRoot` cannot be used. Thrown once, at start. */
export class InvalidOptionError extends WebhooksError {
  constructor(
    /** Such as `worker.slots`. */
    readonly option: string,
    /** `undefined` if it may contain a key or a password. */
    readonly value: unknown,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`WebhooksModule: ${problem}${/[.?]$/.test(problem) ? '' : '.'}`, options);
  }
}

/** The module cannot start in this host as it is set up. */
export class WebhooksSetupError extends WebhooksError {}

/** `publish` was called without an open transaction. */
export class TransactionRequiredError extends WebhooksError {}

/** An event handed to `publish` cannot be stored. Nothing was written. */
export class InvalidEventError extends WebhooksError {
  constructor(
    /** Place of the event in the list handed over, from 0. */
    readonly index: number,
    readonly field: string,
    fix: string,
  ) {
    super(`publish: event ${index}, ${field} ${fix}.`);
  }
}
