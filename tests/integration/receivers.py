"""Somebody who receives webhooks: on a port of its own, answering as told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """What came: [{path, headers, body}]. `answer` writes the answer; by default it is 204."""

    url: str
    got: list[dict[str, Any]] = field(default_factory=list)
    answer: Answers | None = None

    def status(self, status: int, **headers: str) -> None:
        """Answer this from now on."""
        def write(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        self.answer = write

    @property
    def ids(self) -> list[str]:
        return [request["headers"]["webhook-id"] for request in self.got]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request["body"]) for request in self.got]

    @property
    def types(self) -> list[str]:
        return [body["type"] for body in self.bodies]


def signed(request: dict[str, Any], secret: str) -> bool:
    """Whether a request is signed as Standard Webhooks says, computed here anew."""
    headers = request["headers"]
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request["body"]
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), said, hashlib.sha256).digest()
    return headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver, until the end of the block."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            receiver.got.append({"path": self.path, "headers": dict(self.headers.items()), "body": body})
            if receiver.answer is None:
                receiver.status(204)
            receiver.answer(self)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            """Tests say what they need."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://localhost:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
