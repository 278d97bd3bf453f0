"""Pages as another team might have them: Python instead of Next.js, a port that no variable changes, a health path."""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BACKEND = os.environ["BACKEND"]


def ask(path: str) -> dict:
    with urllib.request.urlopen(f"{BACKEND}/api/{path}", timeout=5) as answer:  # noqa: S310
        return json.load(answer)


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/healthz":
            return self.answer(200, "ok")
        if self.path != "/":
            return self.answer(404, "no such page")
        try:
            visits, charge = ask("visits"), ask("charge")
        except OSError as error:
            return self.answer(502, f"<p>{error}</p>")
        return self.answer(200, f"<h1>ACME</h1><p>Visit {visits['count']}</p><p>Proof {charge['proof']}</p>")

    def answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", 8081), Site).serve_forever()
