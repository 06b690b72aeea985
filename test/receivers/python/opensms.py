"""OpenSMS, "Python Example". It checks no signature."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/webhooks/sms", methods=["POST"])
def receive():
    event = request.get_json()
    if event["event"] == "sms.delivered":
        print(f"{event['message_id']} is delivered", flush=True)
    elif event["event"] == "sms.failed":
        print(f"{event['message_id']} is failed", flush=True)
    return jsonify({"status": "received"}), 200
