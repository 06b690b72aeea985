import type { Attempt } from '../api/types.ts';
import type { StringKey } from '../strings/catalogue.ts';
import { t } from '../strings/translate.ts';

/** The parts of an attempt that explain its result. */
export type Tried = Pick<Attempt, 'status' | 'error'>;

type Cause = { [Key in StringKey]: Key extends `cause.${infer Name}.title` ? Name : never }[StringKey];

const BY_STATUS: Readonly<Record<number, Cause>> = {
  301: 'redirect',
  302: 'redirect',
  303: 'redirect',
  307: 'redirect',
  308: 'redirect',
  400: 'malformed',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  405: 'method',
  410: 'gone',
  413: 'tooLarge',
  415: 'mediaType',
  422: 'malformed',
  429: 'busy',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

function causeOfStatus(status: number): Cause {
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'crash';
  return status >= 400 ? 'rejected' : 'unexpected';
}

/** Why an attempt failed; `null` if it succeeded. */
export function causeOf({ status, error }: Tried): Cause | null {
  if (!error) return null;
  return error === 'http' ? causeOfStatus(status ?? 0) : error;
}

/** One sentence that says what happened, and one sentence that says what to do; `null` if nothing failed. */
export function explainAttempt(tried: Tried): { cause: Cause; title: string; fix: string } | null {
  const cause = causeOf(tried);
  if (!cause) return null;
  const values = { status: String(tried.status ?? '') };
  return { cause, title: t(`cause.${cause}.title`, values), fix: t(`cause.${cause}.fix`, values) };
}

/** An attempt in one word: `200`, `503`, `timeout`. */
export function resultWord({ status, error }: Tried): string {
  if (error && error !== 'http') return t(`cause.${error}.short`);
  return String(status ?? '');
}
