"""MsGine, "Python/Flask"."""

import json

from signature import is_signed


def receive(path, headers, body):
    if path != "/webhooks/msgine":
        return 404, {}
    if not is_signed(body, headers.get("X-MsGine-Signature")):
        return 401, {"error": "Invalid signature"}
    event = json.loads(body)
    if event["event"] == "message.sent":
        print(f"{event['id']} sent to carrier", flush=True)
    elif event["event"] == "message.delivered":
        print(f"{event['id']} delivered to {event['to']}", flush=True)
    elif event["event"] == "message.failed":
        print(f"{event['id']} failed: {event['failureReason']}", flush=True)
    return 200, {"received": True}
