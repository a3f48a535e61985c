"""What a schema cannot say, for schemathesis: which keys there are, what has been used already, and that a signature is one.

Only requests that are meant to be good are changed, and only in what no schema can say; and an origin in brackets, of which the schema says
no more than the characters. Everything else is sent as it was made.
"""

import base64
import datetime
import hashlib
import hmac
import itertools
import json
import os
import time
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

SEED = json.loads(os.environ["KEYHATCH_CONTRACT"])
COUNT = itertools.count(1)

# ── forms ──

MOMENTS = st.datetimes(min_value=datetime.datetime(2200, 1, 1))
schemathesis.openapi.format("date-time", MOMENTS.map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")))
schemathesis.openapi.format("date", MOMENTS.map(lambda at: at.strftime("%Y-%m-%d")))
WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
schemathesis.openapi.format("uri", st.builds("https://{}.example/{}".format, WORD, WORD))


# ── what there is ──


def ask(method, path, headers, body=None):
    """The answer, or nothing where the profile leaves that to pages."""
    answer = requests.request(method, SEED["address"] + path, headers=headers, json=body, timeout=20)
    if answer.status_code == 403 and SEED["leaves_keys_to_pages"]:
        return None
    answer.raise_for_status()
    return answer.json()


def new_key():
    """A key that may be changed and revoked."""
    body = {**SEED["new_key"], "name": f"made {next(COUNT)} {time.time_ns()}"}
    return ask("POST", f"{SEED['base']}/api-keys", SEED["key_header"], body)


def new_delivery():
    """One that can be looked at, or nothing where keys have no secret to sign it with."""
    if not SEED["has_signing_secret"]:
        return None
    body = {"key_id": SEED["key_id"], "type": "a.b", "data": None, "url": SEED["receiver"]}
    return ask("POST", "/provider/v1/webhooks", {"Authorization": f"Bearer {SEED['token']}"}, body)["id"]


def unique(text):
    """Another text of the same length, which nobody has sent before."""
    number = next(COUNT)
    if len(text) >= 12:
        return f"{number:012}" + text[12:].strip().ljust(len(text) - 12, "x")
    if len(text) < 4:
        # There are enough letters.
        return chr(0x4E00 + number % 0x5000) * len(text)
    return f"{number:0{len(text)}}"[-len(text) :]


def at_host(url, scheme, host):
    """The same elsewhere: whether a host can be reached, no schema says."""
    return urlsplit(url)._replace(scheme=scheme, netloc=host).geturl()


# ── requests ──


@schemathesis.hook
def before_call(context, case, kwargs):
    if not is_good(case):
        return
    change = CHANGES.get(case.operation.definition.raw.get("operationId", "").split("_")[0])
    if change:
        change(case)


def is_good(case):
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE


def settings(case):
    if isinstance(case.body, dict):
        if isinstance(case.body.get("name"), str):
            case.body["name"] = unique(case.body["name"])
        # Not one that an answer has told: that is over.
        if isinstance(case.body.get("expires_at"), str) and case.body["expires_at"] < "2200":
            case.body["expires_at"] = "2200-01-01"
        if isinstance(case.body.get("disabled_until"), str):
            case.body["disabled_until"] = "2200-01-01"
        # Which digits a network may have depends on its prefix.
        if isinstance(case.body.get("allowed_addresses"), list):
            entries = case.body["allowed_addresses"]
            case.body["allowed_addresses"] = ["2001:db8::/32" if "/" in str(entry) else entry for entry in entries]
        if isinstance(case.body.get("webhook_url"), str):
            case.body["webhook_url"] = at_host(case.body["webhook_url"], "https", "hooks.example")


def change_key(case):
    key = new_key()
    settings(case)
    if key is None or not isinstance(case.body, dict):
        return
    case.path_parameters["id"] = key["id"]
    # Whether a key can have any is up to its type.
    if bool(case.body.get("scopes")) != bool(key["scopes"]):
        case.body.pop("scopes", None)


def some_key(case):
    key = new_key()
    if key is not None:
        case.path_parameters["id"] = key["id"]


def send_webhook(case):
    if not isinstance(case.body, dict):
        return
    case.body["key_id"] = SEED["key_id"]
    receiver = urlsplit(SEED["receiver"])
    case.body["url"] = at_host(case.body.get("url") or SEED["receiver"], receiver.scheme, receiver.netloc)
    idempotency_key(case)


def idempotency_key(case):
    # The same in both places, or in one.
    if isinstance(case.body.get("idempotency_key"), str):
        case.body["idempotency_key"] = unique(case.body["idempotency_key"]).encode("ascii", "replace").decode()
        if len(case.body["idempotency_key"]) < 4:
            case.body["idempotency_key"] = None
    if case.body.get("idempotency_key") is not None and case.headers:
        case.headers.pop("Idempotency-Key", None)
    elif case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"sent {next(COUNT)}"


def show_webhook(case):
    if SEED["delivery"] is not None:
        case.path_parameters["id"] = SEED["delivery"]


def inbound(case):
    case.path_parameters["token"] = SEED["inbound_token"]


def change_credits(case):
    if not isinstance(case.body, dict):
        return
    for member, value in (("workspace", SEED["workspace"]), ("key_id", SEED["key_id"])):
        if case.body.get(member) is not None:
            case.body[member] = value
    idempotency_key(case)


def show_credits(case):
    if case.query.get("key_id") is not None:
        case.query["key_id"] = SEED["key_id"]
    if case.query.get("key_id") is None or "workspace" in case.query:
        case.query["workspace"] = SEED["workspace"]


def verify_key(case):
    if isinstance(case.body, dict) and next(COUNT) % 2 and case.body.get("scheme") != "http":
        case.body["key"] = SEED["key"]


def report_leaked_key(case):
    # One that nobody uses: it is over after the first report, and the answer stays the same.
    if isinstance(case.body, dict):
        case.body["key"] = SEED["spare_key"]


def sign(case):
    if not isinstance(case.body, dict):
        return
    case.body["publishable_key"] = SEED["publishable_key"]
    if "[" in (case.body.get("origin") or ""):
        case.body["origin"] = "https://[2001:db8::1]:444"
    # As it will be sent.
    body = json.dumps(case.body, allow_nan=False).encode()
    at = str(int(time.time()))
    mac = hmac.new(SEED["signing_key"].encode(), at.encode() + b"." + body, hashlib.sha256).digest()
    case.headers["X-Embed-Timestamp"] = at
    case.headers["X-Embed-Signature"] = "v1," + base64.b64encode(mac).decode()


def held(method, path):
    """Every other request that a proxy holds is one that the key may make."""

    def change(case):
        if next(COUNT) % 2:
            case.headers[method] = "GET"
            case.headers[path] = f"{SEED['base']}/me"

    return change


CHANGES = {
    "changeCredits": change_credits,
    "changeKey": change_key,
    "createKey": settings,
    "forward": held("X-Forwarded-Method", "X-Forwarded-Uri"),
    "nginx": held("X-Original-Method", "X-Original-URI"),
    "reportLeakedKey": report_leaked_key,
    "revokeKey": some_key,
    "sendWebhook": send_webhook,
    "showCredits": show_credits,
    "showKey": some_key,
    "showWebhook": show_webhook,
    "verifyKey": verify_key,
}
if "inbound_token" in SEED:
    CHANGES |= {"inbound": inbound}
if "signing_key" in SEED:
    CHANGES |= {"mintEmbedCatalog": sign, "mintEmbedSession": sign}
SEED["delivery"] = new_delivery()
