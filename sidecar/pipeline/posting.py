"""One request to somebody outside: to an address that was checked, in bounded time, with nothing followed.

The standard library's client: it lets us connect to the very address that was checked while host name and
certificate are those of the URL, so that a name which resolves differently the next moment leads nowhere.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from queue import Empty, SimpleQueue

from sidecar.engine import utc_now
from sidecar.webhooks import Answer, Target, is_public, seconds_to_wait

NAME_SECONDS, CONNECT_SECONDS, TOTAL_SECONDS = 3.0, 3.0, 10.0
# n8n answers when the run has ended, if its trigger says so.
INSIDE_SECONDS = 60.0
_MOST_BYTES = 4096


class Refused(Exception):
    """The target may not be sent to, or has no address; the message says why."""


def addresses(target: Target) -> list[str]:
    """The addresses of a target's host. Raises Refused when it has none, or one that is not public, or when
    they are not told within seconds."""
    told: SimpleQueue[list[str]] = SimpleQueue()
    # The resolver waits as long as it likes, and only a thread of its own can be left waiting.
    threading.Thread(target=lambda: told.put(_resolved(target)), name="resolver", daemon=True).start()
    try:
        known = told.get(timeout=NAME_SECONDS)
    except Empty:
        raise Refused(f"The addresses of the name {target.host} are not told in time.") from None
    if not known:
        raise Refused(f"The name {target.host} has no address.")
    if not target.trusted and not all(map(is_public, known)):
        raise Refused(f"The name {target.host} leads to an address that is not public.")
    return known


def _resolved(target: Target) -> list[str]:
    with suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return []


def post(target: Target, headers: Mapping[str, str], body: bytes, most: float = INSIDE_SECONDS) -> Answer:
    """Send it once, in `most` seconds. Redirects are not followed; of the answer only status and Retry-After
    count."""
    return _ask("POST", target, headers, body, most, _MOST_BYTES)[0]


def ask(target: Target, headers: Mapping[str, str], body: bytes, most_bytes: int) -> tuple[Answer, bytes]:
    """Send it once and read the answer, as `get` does."""
    return _ask("POST", target, headers, body, TOTAL_SECONDS, most_bytes + 1, reads=True)


def get(target: Target, headers: Mapping[str, str], most_bytes: int) -> tuple[Answer, bytes]:
    """Fetch it once: the answer, and the first bytes of its body, one more than `most_bytes` at most. What
    breaks off is no answer."""
    return _ask("GET", target, headers, None, TOTAL_SECONDS, most_bytes + 1, reads=True)


def _ask(
    method: str, target: Target, headers: Mapping[str, str], body: bytes | None, most: float, most_bytes: int,
    reads: bool = False,
) -> tuple[Answer, bytes]:
    started = time.monotonic()
    total = min(most, INSIDE_SECONDS if target.inside else TOTAL_SECONDS)

    def failed(reason: str) -> tuple[Answer, bytes]:
        elapsed = time.monotonic() - started
        return Answer(None, f"No answer within {total:.0f} seconds." if elapsed >= total else reason,
                      elapsed_ms=int(elapsed * 1000)), b""

    try:
        known = addresses(target)
    except Refused as error:
        return failed(str(error))
    connection = _Pinned(target, known, started + total)
    _under_way.add(connection)
    end = threading.Timer(started + total - time.monotonic(), connection.cut)
    end.daemon = True
    end.start()
    try:
        connection.request(method, target.path, body, dict(headers))
        with connection.getresponse() as response:
            if time.monotonic() - started >= total:  # cut within the headers
                raise TimeoutError
            told = b""
            if reads:
                told = response.read(most_bytes)
                if time.monotonic() - started >= total:  # cut within the body
                    raise TimeoutError
            else:
                with suppress(OSError, HTTPException):  # what it says is not for us; that it came is
                    response.read(most_bytes)
            asked = seconds_to_wait(response.getheader("Retry-After"), utc_now())
            return Answer(response.status, None, asked, int((time.monotonic() - started) * 1000)), told
    except ssl.SSLCertVerificationError:
        return failed("Its certificate is not valid.")
    except TimeoutError:
        return failed("It does not answer in time.")
    except (OSError, HTTPException) as error:
        return failed(f"It cannot be reached: {type(error).__name__}.")
    finally:
        end.cancel()
        _under_way.discard(connection)
        connection.close()


def cut_all() -> None:
    """End the requests of this process, which is about to end itself; nobody knows what became of them."""
    for connection in list(_under_way):
        connection.cut()


class _Pinned(HTTPConnection):
    """A connection to one of these addresses under the target's name; `until`: on the monotonic clock."""

    def __init__(self, target: Target, known: list[str], until: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.scheme == "https" else 80  # is left out of the header Host
        self._target, self._known, self._until = target, known, until

    def connect(self) -> None:
        """To the first address that takes the connection. Raises OSError."""
        self.sock = self._connected()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._target.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self._target.host)
        self.sock.settimeout(self._left())

    def _connected(self) -> socket.socket:
        def to(address: str) -> socket.socket:
            return socket.create_connection(
                (address, self._target.port), min(CONNECT_SECONDS, self._left()))

        for address in self._known[:-1]:
            with suppress(OSError):
                return to(address)
        return to(self._known[-1])

    def _left(self) -> float:
        return max(self._until - time.monotonic(), 0.1)

    def cut(self) -> None:
        """End it from another thread: whoever sends a byte now and then would never time out."""
        if self.sock:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


_under_way: set[_Pinned] = set()
