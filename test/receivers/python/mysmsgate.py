"""MySMSGate, "Handling Incoming SMS with Python". This receiver checks the content type, but no signature."""

from flask import Flask, request

app = Flask(__name__)


@app.route("/sms/receive", methods=["POST"])
def receive():
    if not request.is_json:
        return {"status": "error", "message": "Request must be JSON"}, 400
    sms = request.get_json()
    phone = f"{sms.get('device_id')}, SIM {sms.get('sim_slot')}"
    print(f"{sms.get('from')} to {sms.get('to')} ({phone}): {sms.get('message')}", flush=True)
    return {"status": "success"}, 200
