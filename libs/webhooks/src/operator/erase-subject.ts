import { Inject, Injectable } from '@nestjs/common';
import { LineLogger } from '../core/line-logger.js';
import { CAPTURED_CHANGES, type CapturedChanges } from '../engine/captured-changes.js';
import type { ErasureStore } from '../store/jobs/erasure-store.js';
import { STORE } from '../store/store.js';
import { MAX_COUNTED, type Progress, type ProgressOptions, progressOf } from '../store/jobs/progress.js';

/** The result of `eraseSubject`. */
export interface ErasureResult extends Progress {
  /** Deliveries whose body and responses were erased. */
  deliveries: number;
  /** Erased deliveries that waited: they are discarded for the reason `erased`. */
  discarded: number;
  /** Deliveries that were still being sent at the end. Call `eraseSubject` again for them. */
  inFlight: number;
}

/** Options of an erasure. */
export interface ErasureOptions extends ProgressOptions {
  /** How long (ms) to wait for deliveries that are being sent. Default 60 s. */
  waitMs?: number;
}

const FIRST = '0';
const DEFAULT_WAIT_MS = 60_000;
/** Time (ms) between two checks for deliveries that are being sent. */
const LOOK_INTERVAL_MS = 250;

/** Erases what is stored about a subject. */
@Injectable()
export class SubjectErasure {
  private readonly logger = new LineLogger('WebhookOperator');

  constructor(
    @Inject(STORE) private readonly store: ErasureStore,
    @Inject(CAPTURED_CHANGES) private readonly changes: CapturedChanges,
  ) {}

  async erase(
    tenantId: string,
    subject: string,
    { waitMs = DEFAULT_WAIT_MS, onProgress }: ErasureOptions,
  ): Promise<ErasureResult> {
    // Captured changes become events first, because the subject of a change is not known before.
    if (this.changes.names.length > 0) await this.changes.run();
    const matched = await this.store.countSubjectEvents(tenantId, subject, MAX_COUNTED);
    const result = { matched, done: 0, left: matched, deliveries: 0, discarded: 0, inFlight: 0 };
    const deadline = performance.now() + waitMs;
    for (;;) {
      await this.erasePass(tenantId, subject, result, onProgress);
      if (result.inFlight === 0 || performance.now() >= deadline) return result;
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    }
  }

  private async erasePass(
    tenantId: string,
    subject: string,
    result: ErasureResult,
    onProgress: ErasureOptions['onProgress'],
  ): Promise<void> {
    result.inFlight = 0;
    let after: string | null = FIRST;
    while (after !== null) {
      const batch = await this.store.eraseSubject(tenantId, subject, after);
      const progress = progressOf(result.matched, result.done + batch.events);
      Object.assign(result, progress);
      result.deliveries += batch.deliveries;
      result.discarded += batch.discarded;
      result.inFlight += batch.inFlight;
      after = batch.next;
      const { matched, done, left } = progress;
      onProgress?.(progress);
      // Logged without the subject, which may be a phone number.
      if (after !== null)
        this.logger.log(
          `Erasing a subject of tenant ${tenantId}: ${matched} matched, ${done} done, ${left} left`,
        );
    }
  }
}
