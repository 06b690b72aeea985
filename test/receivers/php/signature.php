<?php

/** The check that the platforms' documentation describes in words: HMAC-SHA256 of the raw body, in hex. */
function is_signed(?string $signature, string $payload): bool
{
    return hash_equals(hash_hmac('sha256', $payload, getenv('WEBHOOK_SECRET')), $signature ?? '');
}
