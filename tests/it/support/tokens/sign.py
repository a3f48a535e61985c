"""Signs a token with HS256, with what Python brings along.

Standard input: {"secret", "claims"}. Standard output: the token.
"""

import base64
import hashlib
import hmac
import json
import sys


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


asked = json.load(sys.stdin)
parts = [{"alg": "HS256", "kid": "rQ3ZbQbGmRkV2Lxk", "typ": "JWT"}, asked["claims"]]
text = b".".join(encoded(json.dumps(part).encode()) for part in parts)
signature = hmac.new(asked["secret"].encode(), text, hashlib.sha256).digest()
sys.stdout.write((text + b"." + encoded(signature)).decode())
