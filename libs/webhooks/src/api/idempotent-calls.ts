import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../core/line-logger.js';
import { conflict, unprocessable, WebhooksRequestError } from '../core/request-error.js';
import { SECRET_BOX, type SecretBox, SecretUnreadableError } from '../secrets/secret-box.js';
import type { IdempotencyStore, KeyedCall } from '../store/idempotency/idempotency-store.js';
import { KEY_LIFE_MS } from '../store/idempotency/key-life.js';
import { STORE } from '../store/store.js';

/** Longer than any call takes. The longest call sends a test event, and waits up to 30 s for the result. */
const LOCK_MS = 60_000;

/** Name of the header, as errors write it. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** A call that is in progress. */
interface RunningCall {
  /** The call succeeded with this response. */
  finish(answer: unknown): Promise<void>;
  /** The call was refused or failed: the same key may be used again. */
  release(): Promise<void>;
}

/** Runs a call with an `Idempotency-Key` once: for a day, the same call returns the same response. */
@Injectable()
export class IdempotentCalls {
  private readonly logger = new LineLogger('Webhooks');

  constructor(
    @Inject(STORE) private readonly store: IdempotencyStore,
    @Inject(SECRET_BOX) private readonly box: SecretBox,
  ) {}

  /**
   * Returns the stored response, or a {@link RunningCall} if the caller must make the call now. Throws a 409 while the
   * first call runs or if its stored response cannot be read, and a 422 if the key was used for another call.
   */
  async begin(call: KeyedCall): Promise<{ answer: unknown } | RunningCall> {
    const claim = await this.store.claimKey(call, LOCK_MS, KEY_LIFE_MS);
    switch (claim.state) {
      case 'answered':
        return { answer: this.open(call, claim.answer) };
      case 'running':
        throw new WebhooksRequestError(
          HttpStatus.CONFLICT,
          'idempotency_key_in_use',
          `The first call with this ${IDEMPOTENCY_KEY} is still running. Try again when it has ended.`,
          { retryAfterSeconds: 1 },
        );
      case 'other':
        throw unprocessable({
          field: IDEMPOTENCY_KEY,
          code: 'idempotency_key_reused',
          message: `This ${IDEMPOTENCY_KEY} was used for another call. Use a new key for each call.`,
        });
      case 'claimed':
        return this.running(call, claim.token);
    }
  }

  private running(call: KeyedCall, token: string): RunningCall {
    const orLog = (work: () => Promise<void>): Promise<void> =>
      Promise.resolve()
        .then(work)
        .catch((error: Error) =>
          this.logger.error(
            `Storing the result of a call with an ${IDEMPOTENCY_KEY} failed: ${error.message}`,
          ),
        );
    return {
      finish: (answer) =>
        orLog(() =>
          this.store.answerKey(call, token, this.box.seal(JSON.stringify(answer ?? null), contextOf(call))),
        ),
      release: () => orLog(() => this.store.releaseKey(call, token)),
    };
  }

  private open(call: KeyedCall, sealed: string): unknown {
    try {
      return JSON.parse(this.box.open(sealed, contextOf(call)));
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      throw conflict(
        'idempotency_key_unreadable',
        `The call was made, but its stored response cannot be read. Check what the call did, and use another ${IDEMPOTENCY_KEY}.`,
      );
    }
  }
}

/**
 * A stored response is sealed with this context, so a copy of the response in the row of another tenant, route or key
 * cannot be opened.
 */
const contextOf = ({ tenantId, route, key }: KeyedCall): string => `${tenantId}:${route}:${key}`;
