<?php

/**
 * Verifies what any profile sends. The first part of the path names the profile. Responds with 401, or logs the profile
 * and responds with 200.
 */

const SIGNATURES = [
    'msgine' => 'HTTP_X_MSGINE_SIGNATURE',
    'opensms' => 'HTTP_X_OPENSMS_SIGNATURE',
    'mysmsgate' => 'HTTP_X_MYSMSGATE_SIGNATURE',
    'mobile-text-alerts' => 'HTTP_X_SIGNATURE',
];

function is_standard(string $body, string $secret): bool
{
    $signed = "{$_SERVER['HTTP_WEBHOOK_ID']}.{$_SERVER['HTTP_WEBHOOK_TIMESTAMP']}.$body";
    $key = base64_decode(substr($secret, strlen('whsec_')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    return hash_equals($expected, $_SERVER['HTTP_WEBHOOK_SIGNATURE']);
}

function is_token(string $secret, string $url): bool
{
    $decode = fn (string $part): string => base64_decode(strtr($part, '-_', '+/'));
    [$head, $claims, $signature] = explode('.', substr($_SERVER['HTTP_AUTHORIZATION'], strlen('Bearer ')));
    return hash_equals(hash_hmac('sha256', "$head.$claims", $secret, true), $decode($signature))
        && json_decode($decode($claims), true)['aud'] === [$url];
}

$profile = explode('/', $_SERVER['REQUEST_URI'])[1];
['secret' => $secret, 'url' => $url] = json_decode(file_get_contents(getenv('SECRETS')), true)[$profile];
$body = file_get_contents('php://input');
$isGood = match ($profile) {
    'standard', 'standard-cloudevents' => is_standard($body, $secret),
    'httpsms' => is_token($secret, $url),
    default => hash_equals(hash_hmac('sha256', $body, $secret), $_SERVER[SIGNATURES[$profile]]),
};
http_response_code($isGood ? 200 : 401);
if ($isGood) {
    error_log("$profile verified");
}
