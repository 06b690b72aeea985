<?php

/** Mobile Text Alerts, "Create your webhook endpoint" and "Create a secret value". */

require __DIR__ . '/signature.php';

$payload = file_get_contents('php://input');
if (!is_signed($_SERVER['HTTP_X_SIGNATURE'] ?? null, $payload)) {
    http_response_code(401);
    exit;
}

$event = json_decode($payload, true);
error_log(isset($event['replyId'])
    ? "{$event['fromNumber']} replied {$event['message']}"
    : "{$event['messageId']} has status {$event['status']}");
http_response_code(200);
