import type { AttemptError } from '../../core/attempt-errors.js';

/** The parts of an attempt's result by which metrics and spans distinguish failures. */
export interface AttemptFacts {
  status: number | null;
  error: AttemptError | null;
}

/** Returns the kind of a failure, or `null` for a success. There are only a few kinds, so that each may be a label. */
export function errorClass({ status, error }: AttemptFacts): string | null {
  if (error === null) return null;
  if (error === 'http') return status === null ? 'http' : `http_${Math.floor(status / 100)}xx`;
  if (error.startsWith('certificate-') || error === 'http2-only') return 'tls';
  return error;
}
