"""httpSMS, "Webhook Request". Checks the token with PyJWT, and reads the body as a CloudEvent in JSON."""

import os

import jwt
from flask import Flask, request

app = Flask(__name__)


@app.route("/httpsms", methods=["POST"])
def receive():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        # httpSMS's page does not mention the audience. By default, PyJWT refuses a token with an audience if the caller
        # expects no audience.
        jwt.decode(token, os.environ["WEBHOOK_SECRET"], algorithms=["HS256"], options={"verify_aud": False})
    except jwt.InvalidTokenError:
        return "", 401
    event = request.get_json()
    if event["specversion"] != "1.0" or event["type"] != request.headers.get("X-Event-Type"):
        return "", 400
    print(f"{event['type']} from {event['source']}", flush=True)
    return "", 200
