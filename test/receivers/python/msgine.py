"""MsGine's sample "Python/Flask", with the signature check that MsGine's section "Troubleshooting" describes."""

from flask import Flask, jsonify, request

from signature import is_signed

app = Flask(__name__)


@app.route("/webhooks/msgine", methods=["POST"])
def receive():
    if not is_signed(request.get_data(), request.headers.get("X-MsGine-Signature")):
        return jsonify({"error": "Invalid signature"}), 401
    event = request.json
    if event["event"] == "message.delivered":
        print(f"{event['id']} delivered to {event['to']}", flush=True)
    elif event["event"] == "message.failed":
        print(f"{event['id']} failed: {event['failureReason']}", flush=True)
    elif event["event"] == "message.sent":
        print(f"{event['id']} sent to carrier", flush=True)
    return jsonify({"received": True}), 200
