<?php

/** The receiver in MsGine's documentation under "PHP". It does not check that the signature header exists. */

require __DIR__ . '/signature.php';

$payload = file_get_contents('php://input');
$event = json_decode($payload, true);
if (!is_signed($_SERVER['HTTP_X_MSGINE_SIGNATURE'], $payload)) {
    http_response_code(401);
    echo json_encode(['error' => 'Invalid signature']);
    exit;
}

switch ($event['event']) {
    case 'message.delivered':
        error_log("{$event['id']} delivered to {$event['to']}");
        break;
    case 'message.failed':
        error_log("{$event['id']} failed: {$event['failureReason']}");
        break;
    case 'message.sent':
        error_log("{$event['id']} sent to carrier");
        break;
}
http_response_code(200);
echo json_encode(['received' => true]);
