/**
 * What `error` can be for a failed attempt; for each value, what happened and what the owner of the endpoint can do. A test
 * checks that docs/api.md has the same table.
 */
export const ATTEMPT_ERRORS = {
  http: ['The receiver responded with a status that is not a success.', 'See the status and the response.'],
  timeout: [
    'No response arrived before the deadline.',
    'Respond first and work later, or raise the timeout of the endpoint.',
  ],
  dns: ['The host name did not resolve.', 'Check the host name in the URL and its DNS records.'],
  connect: [
    'The connection was refused, or the host is unreachable.',
    'Check that the server runs and that its firewall admits requests to this port.',
  ],
  reset: [
    'The connection closed before a response arrived.',
    'Look for crashes and for limits of the server and of the proxies in front of it.',
  ],
  headers: [
    'The response is not valid HTTP/1.1, or its head is larger than 64 KB.',
    'Check which program responds at this port.',
  ],
  blocked: ['The host name leads to an address that is not public.', 'Use a host with public addresses.'],
  'certificate-expired': ['A certificate of the server has expired.', 'Renew it and reload the server.'],
  'certificate-not-yet-valid': [
    'A certificate of the server is not valid yet.',
    'Check its dates, or wait until it is valid.',
  ],
  'certificate-incomplete': [
    'The server sends its certificate without the intermediate ones, or a private authority issued it.',
    'Install the full chain of a public certificate authority, often a file named fullchain.pem.',
  ],
  'certificate-self-signed': [
    'The certificate of the server is self-signed.',
    'Install a certificate of a public certificate authority.',
  ],
  'certificate-name': [
    'The certificate of the server is for other host names.',
    'Install one for the host name in the URL, or correct the URL.',
  ],
  'certificate-untrusted': [
    'The certificate of the server leads to no trusted authority, or may not be used for a server.',
    'Install a certificate of a public certificate authority, and the full chain.',
  ],
  'http2-only': ['The server does not speak HTTP/1.1.', 'Enable HTTP/1.1 beside HTTP/2.'],
  tls: [
    'The TLS handshake failed for another reason.',
    'Check that the port speaks TLS 1.2 or 1.3 and requires no client certificate.',
  ],
} as const satisfies Record<string, readonly [meaning: string, remedy: string]>;

/** Kind of a failed attempt: `http` for a response that is not a success, otherwise why no response arrived. */
export type AttemptError = keyof typeof ATTEMPT_ERRORS;

/** Returns what `error` means and what to do, in one text. Returns `null` if `error` is not an {@link AttemptError}. */
export function explainAttemptError(error: string): string | null {
  return Object.hasOwn(ATTEMPT_ERRORS, error) ? ATTEMPT_ERRORS[error as AttemptError].join(' ') : null;
}
