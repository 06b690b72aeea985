/**
 * Base class of the errors that this module throws on purpose, except `WebhooksRequestError`. Each class has its `name` as
 * a literal, because minifying bundlers rename classes.
 */
export abstract class WebhooksError extends Error {
  abstract override readonly name: string;
}

/** An option of `forRoot`, `createWebhooks`, `capture` or another function of this module is invalid. Thrown at start. */
export class InvalidOptionError extends WebhooksError {
  override readonly name = 'InvalidOptionError';

  constructor(
    /** Such as `worker.slots`. */
    readonly option: string,
    /** `undefined` if the option is missing, or if its value may contain a key or a password. */
    readonly value: unknown,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`WebhooksModule: ${problem}${/[.?]$/.test(problem) ? '' : '.'}`, options);
  }
}

/** The module cannot start with the host's present set-up. The message says what to change. */
export class WebhooksSetupError extends WebhooksError {
  override readonly name: string = 'WebhooksSetupError';
}

/**
 * The tables do not exist yet. Thrown by `publish` and all services; the routes respond 503. The module looks for the tables,
 * and works as soon as they exist.
 */
export class WebhooksNotReadyError extends WebhooksError {
  override readonly name = 'WebhooksNotReadyError';
}

/** Stored secrets or headers are not encrypted, though there is a key. Thrown at start. */
export class PlaintextSecretsError extends WebhooksSetupError {
  override readonly name = 'PlaintextSecretsError';

  constructor(
    /** Endpoints with such a secret or such headers. */
    readonly endpoints: number,
    /** Accounts with such a secret. */
    readonly accounts: number,
  ) {
    super(
      `WebhooksModule: secrets or headers of ${endpoints} endpoints and ${accounts} accounts are stored unencrypted. ` +
        'If they were stored before there was a key: set encryption.acceptPlaintext: true, call reencryptSecrets() and remove the option. ' +
        'If not, somebody wrote them into the database: find out who, and rotate those secrets.',
    );
  }
}

/** `publish` was called without an open transaction. */
export class TransactionRequiredError extends WebhooksError {
  override readonly name = 'TransactionRequiredError';
}

/** `publish` was called with an event that cannot be stored. Nothing was written. */
export class InvalidEventError extends WebhooksError {
  override readonly name = 'InvalidEventError';

  constructor(
    /** Index of the event in the list that was passed, from 0. */
    readonly index: number,
    readonly field: string,
    fix: string,
  ) {
    super(`publish: event ${index}, ${field} ${fix}.`);
  }
}
