<?php

/** MsGine, "PHP". */

require __DIR__ . '/signature.php';

$body = file_get_contents('php://input');
if (!is_signed($body, $_SERVER['HTTP_X_MSGINE_SIGNATURE'] ?? null)) {
    answer(401, ['error' => 'Invalid signature']);
    exit;
}

$event = json_decode($body, true);
switch ($event['event']) {
    case 'message.sent':
        error_log("{$event['id']} sent to carrier");
        break;
    case 'message.delivered':
        error_log("{$event['id']} delivered to {$event['to']}");
        break;
    case 'message.failed':
        error_log("{$event['id']} failed: {$event['failureReason']}");
        break;
}
answer(200, ['received' => true]);
