import { QueryFailedError } from 'typeorm';

/**
 * Returns the error's message, with advice if a query failed. A likely cause is data of an earlier version of the sample.
 * The tables of such data do not match this code if somebody has edited a migration after it ran.
 */
export function withAdvice(error: Error): string {
  const failed = error.cause ?? error;
  if (!(failed instanceof QueryFailedError)) return error.message;
  return `${error.message}\nThe data in .data may be of an earlier version of this sample. Delete this data and start again: rm -rf .data && npm start`;
}
