import { QueryFailedError } from 'typeorm';

/**
 * The error's message, with what to do where the database does not have the tables of this code: data of an earlier
 * version, whose migrations were edited since, is never brought up to date.
 */
export function withWayOut(error: Error): string {
  const failed = error.cause ?? error;
  if (!(failed instanceof QueryFailedError)) return error.message;
  return `${error.message}\nThe data in .data may be of an earlier version of this sample. Start anew without it: rm -rf .data && npm start`;
}
