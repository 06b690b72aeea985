import type { Attempt } from '../../api/types.ts';

type Request = NonNullable<Attempt['request']>;

/** Quotes a text as one word for a POSIX shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request as a cURL command. Masked values stay masked. */
export function curlOf({ method, url, headers }: Request, body: string | null): string {
  const parts = [
    `curl -X ${method} ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${quote(body)}`]),
  ];
  return parts.join(' \\\n  ');
}
