import type { LanguageCode } from '../snippet.ts';

const usage = `

# With Flask:
# if not verify(request.get_data(), request.headers, os.environ["WEBHOOK_SECRET"]):
#     return "", 401
`;

export const python: LanguageCode = {
  body: ({ header, prefix, encoding }) => {
    const expected =
      encoding === 'hex'
        ? `hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest().encode()`
        : `base64.b64encode(hmac.digest(secret.encode(), raw_body, "sha256"))`;
    return `${encoding === 'hex' ? 'import hashlib\nimport hmac' : 'import base64\nimport hmac'}


def verify(raw_body, headers, secret):
    expected = ${prefix ? `b"${prefix}" + ` : ''}${expected}
    return hmac.compare_digest(headers.get("${header}", "").encode(), expected)
${usage}`;
  },

  standard: () => `import base64
import hmac
import time


def verify(raw_body, headers, secret):
    timestamp = headers.get("webhook-timestamp", "")
    # Older requests may be replayed by somebody who has recorded them.
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{headers.get('webhook-id')}.{timestamp}.".encode() + raw_body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    # While a secret is rotated, there are several signatures.
    signatures = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(signature, expected) for signature in signatures)
${usage}`,

  jwt: (_, { url }) => `import base64
import hmac
import json
import time

WEBHOOK_URL = ${JSON.stringify(url)}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(raw_body, headers, secret):
    token = headers.get("authorization", "").removeprefix("Bearer ")
    signed, _, signature = token.rpartition(".")
    expected = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed.encode(), "sha256"))
    if not hmac.compare_digest(expected.rstrip(b"="), signature.encode()):
        return False
    claims = json.loads(decode(signed.split(".")[1]))
    return WEBHOOK_URL in claims["aud"] and claims["exp"] > time.time()
${usage}`,
};
