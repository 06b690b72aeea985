import { QueryFailedError } from 'typeorm';

/**
 * Returns the error's message, with advice if a query failed. A likely cause is data of an earlier version of the sample:
 * its tables do not match this code if somebody has edited a migration that had already run.
 */
export function withAdvice(error: Error): string {
  const failed = error.cause ?? error;
  if (!(failed instanceof QueryFailedError)) return error.message;
  return `${error.message}\nThe data in .data may be of an earlier version of this sample. Delete it and start again: rm -rf .data && npm start`;
}
