/** The command cannot run as it was called. The message says what to change. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
