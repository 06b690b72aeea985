import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings.js';
import { WebhooksNotReadyError } from '../core/errors.js';
import { Worker } from '../engine/worker.js';
import { HealthCheck } from '../observability/health.js';
import {
  type HealthProblem,
  type HealthReport,
  type HealthThresholds,
  statusOf,
} from '../observability/health-report.js';
import type { QueueFigures, SetupStore } from '../store/setup-store.js';
import { STORE } from '../store/store.js';

const MINUTE_MS = 60_000;
const DEFAULTS: Required<HealthThresholds> = {
  degradedAfterMs: 5 * MINUTE_MS,
  downAfterMs: 60 * MINUTE_MS,
  stalledAfterMs: MINUTE_MS,
  timeoutMs: 5_000,
};

/** Makes the report that `WebhooksService.healthReport()` returns. */
@Injectable()
export class HealthReporter {
  constructor(
    @Inject(STORE) private readonly store: SetupStore,
    private readonly check: HealthCheck,
    private readonly worker: Worker,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Never rejects: a failure is reported as a problem. */
  async report(thresholds: HealthThresholds = {}): Promise<HealthReport> {
    const limits = completed(thresholds);
    const { pollAgeMs } = this.worker;
    const problems = this.stalled(pollAgeMs, limits.stalledAfterMs);
    let waitMs: number | null = null;
    try {
      const figures = await within(limits.timeoutMs, this.store.readQueueFigures());
      waitMs = figures.waitMs;
      problems.push(...backlogOf(figures, limits));
      problems.push(...(await within(limits.timeoutMs, this.warnings())));
    } catch (error) {
      const kind = error instanceof WebhooksNotReadyError ? 'not-ready' : 'database';
      problems.push({ status: 'down', kind, message: (error as Error).message });
    }
    return { status: statusOf(problems), problems, waitMs, pollAgeMs };
  }

  private stalled(pollAgeMs: number | null, stalledAfterMs: number): HealthProblem[] {
    if (pollAgeMs === null || pollAgeMs <= Math.max(stalledAfterMs, 2 * this.settings.idlePollMs)) return [];
    const message = `The worker of this process has not polled the database for ${seconds(pollAgeMs)}. If the database is not reachable, the log says why. Otherwise, restart the process.`;
    return [{ status: 'down', kind: 'worker-stalled', message }];
  }

  /** The warnings of the health check. The relay's lag is left out, because `waitMs` includes this lag. */
  private async warnings(): Promise<HealthProblem[]> {
    const warnings = await this.check.check();
    return warnings
      .filter(({ kind }) => kind !== 'relay-lag')
      .map(({ kind, message }) => ({ status: kind === 'not-ready' ? 'down' : 'degraded', kind, message }));
  }
}

function backlogOf(
  { waitMs }: QueueFigures,
  { degradedAfterMs, downAfterMs }: Required<HealthThresholds>,
): HealthProblem[] {
  if (waitMs <= Math.min(degradedAfterMs, downAfterMs)) return [];
  const message = `Events or deliveries have waited ${seconds(waitMs)} for a worker: no worker runs, or the workers cannot keep up. Start a process with role 'all' or 'worker', or more of them.`;
  return [{ status: waitMs > downAfterMs ? 'down' : 'degraded', kind: 'backlog', message }];
}

function completed(thresholds: HealthThresholds): Required<HealthThresholds> {
  const given = Object.entries(thresholds).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    const message = `The database has not responded within ${timeoutMs} ms.`;
    timer = setTimeout(() => reject(new Error(message)), timeoutMs).unref();
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
