"""OpenSMS, "Python Example" and "Best Practices"."""

import json

from signature import is_signed


def receive(path, headers, body):
    if path != "/webhooks/sms":
        return 404, {}
    if not is_signed(body, headers.get("X-OpenSMS-Signature")):
        return 401, {}
    event = json.loads(body)
    if event["event"] == "sms.delivered":
        print(f"{event['message_id']} is delivered", flush=True)
    elif event["event"] == "sms.failed":
        print(f"{event['message_id']} is failed", flush=True)
    return 200, {"status": "received"}
