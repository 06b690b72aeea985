import { QueryFailedError } from 'typeorm';

/**
 * Returns the error's message, with advice if the tables in the database do not match this code. That happens with data of an
 * earlier version, if its migrations were edited since.
 */
export function withAdvice(error: Error): string {
  const failed = error.cause ?? error;
  if (!(failed instanceof QueryFailedError)) return error.message;
  return `${error.message}\nThe data in .data may be of an earlier version of this sample. Delete it and start again: rm -rf .data && npm start`;
}
