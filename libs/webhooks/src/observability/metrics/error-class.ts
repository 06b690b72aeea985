import type { AttemptError } from '../../core/attempt-errors.js';

/** What an attempt resulted in, as far as metrics and spans tell failures apart. */
export interface AttemptFacts {
  status: number | null;
  error: AttemptError | null;
}

/** The kind of a failure: few values, so that each may be a label. `null` for a success. */
export function errorClass({ status, error }: AttemptFacts): string | null {
  if (error === null) return null;
  if (error === 'http') return status === null ? 'http' : `http_${Math.floor(status / 100)}xx`;
  if (error.startsWith('certificate-') || error === 'http2-only') return 'tls';
  return error;
}
