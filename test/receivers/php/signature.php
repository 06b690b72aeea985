<?php

/** The check that the documents leave to the reader: HMAC-SHA256 of the raw body, in hex. */
function is_signed(string $body, ?string $given): bool
{
    return hash_equals(hash_hmac('sha256', $body, getenv('WEBHOOK_SECRET')), $given ?? '');
}

function answer(int $status, array $content): void
{
    http_response_code($status);
    header('content-type: application/json');
    echo json_encode((object) $content);
}
