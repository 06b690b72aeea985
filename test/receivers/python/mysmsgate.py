"""MySMSGate, "Handling Incoming SMS with Python" and "Are SMS webhooks secure?"."""

import json

from signature import is_signed


def receive(path, headers, body):
    if path != "/sms/receive":
        return 404, {}
    if headers.get_content_type() != "application/json":
        return 400, {"status": "error", "message": "Request must be JSON"}
    if not is_signed(body, headers.get("X-MySMSGate-Signature")):
        return 401, {"status": "error"}
    sms = json.loads(body)
    print(f"{sms['from']} to {sms['to']} (SIM {sms['sim_slot']}): {sms['message']}", flush=True)
    return 200, {"status": "success"}
