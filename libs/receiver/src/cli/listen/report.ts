import { printable, type Paint } from '../printable.js';
import type { Arrival } from './listener.js';

/** One line of JSON, for scripts. */
export function jsonOf({ at, path, verdict, attempt, answer }: Arrival, file: string | null): string {
  const { isVerified, profile, id, type, reason, message } = verdict;
  const result = {
    time: at.toISOString(),
    path,
    type,
    id,
    attempt,
    profile,
    verified: isVerified,
    reason,
    message,
  };
  return JSON.stringify({ ...result, answer, ...(file !== null && { file }) });
}

export const HEADING = line(['time', 'event', 'id', 'attempt', 'signature', 'answer']);

/** Returns one line. If the request was refused, a second line says what is wrong and what to do. */
export function textOf({ at, path, verdict, attempt, answer }: Arrival, paint: Paint): string {
  const { isVerified, profile, type, id, reason, message } = verdict;
  const words =
    isVerified === null ? 'not checked' : isVerified ? `verified, ${profile}` : `REFUSED, ${reason}`;
  const colour = isVerified === null ? paint.dim : isVerified ? paint.good : paint.bad;
  const where = path === '/' ? String(answer) : `${answer}  ${path}`;
  const cells = [at.toISOString().slice(11, 23), type ?? '-', shortened(id), String(attempt), words, where];
  const first = line(cells.map(printable)).replace(words, colour(words));
  return message === null ? first : `${first}\n${' '.repeat(14)}${colour(printable(message))}`;
}

function line([time, type, id, attempt, signature, answer]: string[]): string {
  const cells = [
    time!.padEnd(12),
    type!.padEnd(22),
    id!.padEnd(30),
    attempt!.padEnd(7),
    signature!.padEnd(30),
  ];
  return [...cells, answer!].join('  ');
}

/** Shortens an id that is longer than its column, such as a digest of the body. */
function shortened(id: string): string {
  return id.length > 30 ? `${id.slice(0, 29)}…` : id;
}
