import type { Signature } from '../session/session.ts';

export const LANGUAGES = [
  { id: 'node', title: 'Node' },
  { id: 'php', title: 'PHP' },
  { id: 'python', title: 'Python' },
  { id: 'go', title: 'Go' },
  { id: 'curl', title: 'cURL' },
] as const;

export type Language = (typeof LANGUAGES)[number]['id'];

/** The values that a code snippet contains. */
export interface SnippetSubject {
  signature: Signature;
  /** The webhook's URL: the audience of a token, and the URL in the cURL command. */
  url: string;
  /** An example of a request to the webhook, without its signature. */
  example: { headers: Record<string, string>; body: string };
}

/** Writes a text as a literal: in single quotes for shells and PHP, in double quotes for the other languages. */
const QUOTED: Record<Language, (text: string) => string> = {
  node: JSON.stringify,
  python: JSON.stringify,
  go: JSON.stringify,
  php: (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  curl: (text) => `'${text.replaceAll("'", `'\\''`)}'`,
};

/** Headers that the snippet sets itself. */
const OF_THE_ATTEMPT = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'authorization'];

const headerLines = ({ example }: SnippetSubject): string =>
  Object.entries(example.headers)
    .filter(([name, value]) => !value.endsWith('…') && !OF_THE_ATTEMPT.includes(name))
    .map(([name, value]) => `  -H ${QUOTED.curl(`${name}: ${value}`)} \\\n`)
    .join('');

/**
 * Takes from a language's templates the part for this kind of signature, and fills in values. Each part begins with a
 * line such as `--- jwt`. `@URL@` and similar names are replaced by values.
 */
export function fillTemplate(templates: string, language: Language, subject: SnippetSubject): string {
  const { signature, url, example } = subject;
  const name = signature.kind === 'body' ? `body ${signature.encoding}` : signature.kind;
  const parts = templates.split(/^--- (.+)\n/m);
  const part = parts[parts.indexOf(name) + 1]!.trim();
  const { header, prefix } = signature.kind === 'body' ? signature : { header: '', prefix: '' };
  const quoted = QUOTED[language];
  return (prefix ? part : part.replace(/b?(['"])@PREFIX@\1 [+.] /g, ''))
    .replaceAll('@PREFIX@', () => prefix)
    .replaceAll('HTTP_@HEADER@', `HTTP_${header.toUpperCase().replaceAll('-', '_')}`)
    .replaceAll('@HEADER@', header)
    .replace("  -H '@HEADERS@' \\\n", () => headerLines(subject))
    .replace(/(['"])@URL@\1/, () => quoted(url))
    .replace(/'@BODY@'/, () => quoted(example.body));
}
