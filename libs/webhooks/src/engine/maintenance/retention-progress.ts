import { LineLogger } from '../../core/line-logger.js';
import { type Progress, progressOf } from '../../store/jobs/progress.js';

/** Time (ms) between two log lines of a long round. */
const REPORT_INTERVAL_MS = 10_000;

/** Progress of one round of retention. A round of one batch logs nothing. */
export class RetentionProgress {
  private readonly logger = new LineLogger('WebhookMaintenance');
  private current: Progress | null = null;
  private reportedAt = 0;
  isCounted = false;

  /** `what`: the first words of the log lines, such as `Deleting old deliveries`. */
  constructor(private readonly what: string) {}

  /** `null`: there was no round yet. */
  get progress(): Progress | null {
    return this.current && { ...this.current };
  }

  begin(): void {
    this.current = progressOf(0, 0);
    this.isCounted = false;
  }

  add(done: number): void {
    const { matched, done: before } = this.current!;
    this.current = progressOf(matched, before + done);
    if (!this.isCounted || performance.now() - this.reportedAt < REPORT_INTERVAL_MS) return;
    this.report('');
  }

  /** `left`: the number of rows that are still to be done. */
  expect(left: number): void {
    this.current = progressOf(this.current!.done + left, this.current!.done);
    this.isCounted = true;
    this.report('');
  }

  /** @param isComplete false: the next round, in a minute or after the next start, continues where this one ended */
  end(isComplete: boolean): void {
    const { matched, done } = this.current!;
    if (isComplete) this.current = { matched: done, done, left: 0 };
    if (this.isCounted) this.report(isComplete ? '' : matched > done ? ': the next round continues' : '');
  }

  private report(after: string): void {
    this.reportedAt = performance.now();
    const { matched, done, left } = this.current!;
    this.logger.log(`${this.what}: ${matched} matched, ${done} done, ${left} left${after}`);
  }
}
