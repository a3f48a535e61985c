"""Receives webhooks: checks the signature, handles each event once, answers 204.

    pip install -r requirements.txt
    WEBHOOK_SECRET=whsec_… python receiver.py
"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY = 1024 * 1024
webhook = Webhook(os.environ["WEBHOOK_SECRET"])
port = int(os.environ.get("PORT", "8000"))

# An event may come more than once, always under the same id. A real receiver keeps the ids in its database, and writes each in
# the transaction that does what the event asks for.
seen_file = os.environ.get("SEEN_FILE", "seen-webhooks.txt")
seen_lock = Lock()
open(seen_file, "a").close()
with open(seen_file) as lines:
    seen = set(lines.read().split())


def handle(event_id, event):
    """What you want to happen. Be quick: anybody who takes longer than 10 seconds gets the event again."""
    print("accepted", event_id, event["type"], event["data"], flush=True)


class Receiver(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return self.answer(413)
        # The bytes as they came: anybody who parses and writes them again has other bytes, and another signature.
        body = self.rfile.read(int(length))
        try:
            event = webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(400)
        event_id = self.headers["webhook-id"]
        with seen_lock:
            if event_id in seen:
                print("again", event_id, flush=True)
            else:
                handle(event_id, event)
                with open(seen_file, "a") as lines:
                    lines.write(event_id + "\n")
                seen.add(event_id)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
