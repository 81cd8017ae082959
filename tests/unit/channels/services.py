"""A service of tests that channels post to: it keeps what it gets and answers as told.

Its answers have the shape of the real ones, as their documentation shows them; none was recorded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Got:
    """A request."""

    path: str
    headers: dict[str, str]
    body: Any


class Service(HTTPServer):
    """Answers one after the other, the last for ever; None: the connection is dropped."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str], Any] | None] = [(200, {}, "hello")]
        self.got: list[Got] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, status: int, body: Any = "hello", **headers: str) -> None:
        """Answer so from now on."""
        self.answers = [(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients of tests go away before they are answered."""


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
        body = {name: values[0] for name, values in parse_qs(raw).items()} if form else json.loads(raw)
        self.server.got.append(Got(self.path, dict(self.headers), body))
        answers = self.server.answers
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            self.close_connection = True
            return
        status, headers, said = answer
        text = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(text))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        pass
