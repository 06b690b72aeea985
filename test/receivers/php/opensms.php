<?php

/** OpenSMS, "PHP Example" and "Best Practices". */

require __DIR__ . '/signature.php';

$body = file_get_contents('php://input');
if (!is_signed($body, $_SERVER['HTTP_X_OPENSMS_SIGNATURE'] ?? null)) {
    answer(401, []);
    exit;
}

$event = json_decode($body, true);
if ($event['event'] === 'sms.delivered') {
    error_log("{$event['message_id']} is delivered");
} elseif ($event['event'] === 'sms.failed') {
    error_log("{$event['message_id']} is failed");
}
answer(200, ['status' => 'received']);
