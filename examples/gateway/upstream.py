#!/usr/bin/env python3
"""A small API on port 3000, to see what comes through a gateway: it answers with the request that it got."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        got = {"method": self.command, "path": self.path, "headers": self.headers.items()}
        body = json.dumps(got, indent=2).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 3000), Echo).serve_forever()
