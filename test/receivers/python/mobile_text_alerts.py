"""The receiver that Mobile Text Alerts describes under "Create your webhook endpoint" and "Create a secret value"."""

from flask import Flask, request

from signature import is_signed

app = Flask(__name__)


@app.route("/app/hooks", methods=["POST"])
def receive():
    if not is_signed(request.get_data(), request.headers.get("X-Signature")):
        return "", 401
    event = request.get_json()
    if "replyId" in event:
        print(f"{event['fromNumber']} replied {event['message']}", flush=True)
    else:
        print(f"{event['messageId']} has status {event['status']}", flush=True)
    return "", 200
