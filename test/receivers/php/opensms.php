<?php

/** OpenSMS, "PHP Example". It checks no signature. */

$event = json_decode(file_get_contents('php://input'), true);
if ($event['event'] === 'sms.delivered') {
    error_log("{$event['message_id']} is delivered");
} elseif ($event['event'] === 'sms.failed') {
    error_log("{$event['message_id']} is failed");
}
http_response_code(200);
echo json_encode(['status' => 'received']);
