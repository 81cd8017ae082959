"""Servers that answer as told, and servers that do not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from .services import Service


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine that refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this machine that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that takes everything."""
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
