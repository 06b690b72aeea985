import type { LanguageCode } from '../snippet.ts';

const serverName = (header: string): string => `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const usage = `
$rawBody = file_get_contents('php://input');
if (!verify($rawBody, getenv('WEBHOOK_SECRET'))) {
    http_response_code(401);
    exit;
}
http_response_code(200);
$event = json_decode($rawBody, true);
`;

export const php: LanguageCode = {
  body: ({ header, prefix, encoding }) => {
    const hmac =
      encoding === 'hex'
        ? `hash_hmac('sha256', $rawBody, $secret)`
        : `base64_encode(hash_hmac('sha256', $rawBody, $secret, true))`;
    return `<?php

function verify(string $rawBody, string $secret): bool
{
    $expected = ${prefix ? `'${prefix}' . ` : ''}${hmac};
    return hash_equals($expected, $_SERVER['${serverName(header)}'] ?? '');
}
${usage}`;
  },

  standard: () => `<?php

function verify(string $rawBody, string $secret): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    // Older requests may be replayed by somebody who has recorded them.
    if (abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$rawBody", $key, true));
    // While a secret is rotated, there are several signatures.
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}
${usage}`,

  jwt: (_, { url }) => `<?php

const WEBHOOK_URL = ${quoted(url)};

function base64url_decode(string $text): string
{
    return base64_decode(strtr($text, '-_', '+/'));
}

function verify(string $rawBody, string $secret): bool
{
    $token = preg_replace('/^Bearer /', '', $_SERVER['HTTP_AUTHORIZATION'] ?? '');
    [$head, $payload, $signature] = explode('.', $token) + ['', '', ''];
    $expected = hash_hmac('sha256', "$head.$payload", $secret, true);
    if (!hash_equals($expected, base64url_decode($signature))) {
        return false;
    }
    $claims = json_decode(base64url_decode($payload), true);
    return in_array(WEBHOOK_URL, $claims['aud'], true) && $claims['exp'] > time();
}
${usage}`,
};
