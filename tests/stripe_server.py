"""Serves the Stripe of our own (`stripe_fake`) on a free port of loopback, with what may go wrong."""

import json
import socket
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.stripe_fake import KEY, FakeStripe, Refused, unfolded

LINGER = struct.pack("ii", 1, 0)  # closing then resets the connection
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pay</title></head><body>
<h1>Pay {amount} {currency}</h1><p>{words}</p>
<form method="post" action="/c/pay/{name}/pay"><button>Pay</button></form>
<form method="post" action="/c/pay/{name}/declined"><button>Pay with a bad card</button></form>
<a href="{cancel_url}">Back</a></body></html>"""


@contextmanager
def serving():
    """Yield a fake that listens; it is gone afterwards."""
    fake = FakeStripe()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"fake": fake}))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one piece
    fake: FakeStripe

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/favicon.ico":
            self._send(200, b"", "image/x-icon")
        elif url.path.startswith("/c/pay/"):
            self._show(url.path.split("/")[3], "declined" in url.query)
        else:
            self._call("GET", url.path, unfolded(url.query))

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith("/c/pay/"):
            self._press(*self.path.split("/")[3:5])
        else:
            self._call("POST", self.path, unfolded(text))

    def log_message(self, *args):
        """Say nothing: a test reads `requests`."""

    def _show(self, name, declined):
        session = self.fake.sessions[name]
        open_page = session["status"] == "open"
        words = "Your card was declined." if declined else "" if open_page else "This page has been closed."
        amount = f"{session['amount_total'] / 100:.2f}"
        page = PAGE.format(
            name=name, amount=amount, words=words, **{k: session[k] for k in ("currency", "cancel_url")}
        )
        self._send(200, page.encode(), "text/html; charset=utf-8")

    def _press(self, name, button):
        card = "declined" if button == "declined" else "good"
        target = self.fake.pay(self.fake.sessions[name], card=card)
        self.fake.send()
        self._send(303, b"", "text/plain", Location=target)

    def _call(self, method, path, params):
        key = self.headers.get("Idempotency-Key", "") if method == "POST" else ""
        self.fake.requests.append((method, path, params, key))
        try:
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                raise Refused(401, "Invalid API Key provided.")
            if self.fake.troubles and self._suffer(self.fake.troubles.pop(0), method, path, params, key):
                return
            status, body = self.fake.answer(method, path, params, key)
        except Refused as refused:
            status, body = refused.status, refused.body
        self.fake.send()
        self._send(status, json.dumps(body).encode(), "application/json")

    def _suffer(self, trouble, method, path, params, key):
        """Let something go wrong. Return whether there is no answer any more."""
        if trouble == "fine":
            return False
        if trouble == "declined":
            raise Refused(402, "Your card was declined.", "card_declined", kind="card_error")
        if trouble == "lost":  # it is done, but the answer gets lost
            self.fake.answer(method, path, params, key)
        if trouble == "hang":
            self.fake.closing.wait(5)
        if isinstance(trouble, int):
            self._fail(trouble, path, params, key)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        self.close_connection = True
        self.connection.close()
        return True

    def _fail(self, status, path, params, key):
        """Answer an error of Stripe's own. What failed under a key fails under it for a day."""
        refused = Refused(status, "Something went wrong on Stripe's end.", kind="api_error")
        if key and status >= 500:
            self.fake.keys[key] = ((path, params), status, refused.body)
        raise refused

    def _send(self, status, body, kind, **headers):
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Request-Id": "req_fake",
        }.items():
            self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
