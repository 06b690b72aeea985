import type { HttpErrorCode } from '../transport.js';

/** Node's codes for OpenSSL's errors about certificates and handshakes. */
const CODES = new Map<string, HttpErrorCode>([
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-not-yet-valid'],
  // The chain has one certificate, whose issuer is unknown. Nearly always, the intermediate certificate is not installed.
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-incomplete'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-self-signed'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-name'],
  ['HOSTNAME_MISMATCH', 'certificate-name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate-untrusted'],
  ['UNABLE_TO_DECRYPT_CERT_SIGNATURE', 'certificate-untrusted'],
  ['UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'certificate-untrusted'],
  ['CERT_SIGNATURE_FAILURE', 'certificate-untrusted'],
  ['CERT_CHAIN_TOO_LONG', 'certificate-untrusted'],
  ['CERT_REVOKED', 'certificate-untrusted'],
  ['CERT_REJECTED', 'certificate-untrusted'],
  ['CERT_UNTRUSTED', 'certificate-untrusted'],
  ['INVALID_CA', 'certificate-untrusted'],
  ['INVALID_PURPOSE', 'certificate-untrusted'],
  ['PATH_LENGTH_EXCEEDED', 'certificate-untrusted'],
  // Only HTTP/1.1 is offered (ALPN), so a server that reports no common protocol speaks only other versions.
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'http2-only'],
  ['ERR_SSL_TLSV13_ALERT_NO_APPLICATION_PROTOCOL', 'http2-only'],
]);

/** Returns whether an error on an open connection comes from TLS: the server sent an alert, or bytes that are not TLS. */
export function isTlsFailure(code: string): boolean {
  return code.startsWith('ERR_SSL_') || code === 'EPROTO';
}

/** Returns our code for a failed TLS handshake. `code`: the code of Node's error. */
export function tlsFailureOf(code: string): HttpErrorCode {
  return CODES.get(code) ?? 'tls';
}
