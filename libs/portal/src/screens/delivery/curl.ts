import type { Attempt } from '../../api/types.ts';

type Request = NonNullable<Attempt['request']>;

/** A word for a POSIX shell: nothing in it is special. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request as a command. Masked values are in it as they are shown. */
export function curlOf({ method, url, headers }: Request, body: string | null): string {
  const parts = [
    `curl -X ${method} ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${quote(body)}`]),
  ];
  return parts.join(' \\\n  ');
}
