import type { Signature } from '../session/session.ts';

export type Language = 'node' | 'php' | 'python' | 'go' | 'curl';

export const LANGUAGES: readonly { id: Language; title: string }[] = [
  { id: 'node', title: 'Node' },
  { id: 'php', title: 'PHP' },
  { id: 'python', title: 'Python' },
  { id: 'go', title: 'Go' },
  { id: 'curl', title: 'cURL' },
];

/** A request as the webhook gets it; its signature is left out. */
export interface ExampleRequest {
  headers: Record<string, string>;
  body: string;
}

/** What a code snippet is made for. */
export interface SnippetSubject {
  signature: Signature;
  /** The webhook's URL: the audience of a token, and where cURL sends to. */
  url: string;
  example: ExampleRequest;
}

type SignatureOf<Kind extends Signature['kind']> = Extract<Signature, { kind: Kind }>;

/** Code in one language, by the kind of signature. */
export interface LanguageCode {
  body(signature: SignatureOf<'body'>, subject: SnippetSubject): string;
  standard(signature: SignatureOf<'standard'>, subject: SnippetSubject): string;
  jwt(signature: SignatureOf<'jwt'>, subject: SnippetSubject): string;
}

export function codeFor(language: LanguageCode, subject: SnippetSubject): string {
  const { signature } = subject;
  if (signature.kind === 'body') return language.body(signature, subject);
  return signature.kind === 'jwt' ? language.jwt(signature, subject) : language.standard(signature, subject);
}
