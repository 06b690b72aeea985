"""The check that the documents describe in words: HMAC-SHA256 of the raw body, in hex."""

import hashlib
import hmac
import os


def is_signed(body, given):
    secret = os.environ["WEBHOOK_SECRET"].encode()
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), (given or "").encode())
