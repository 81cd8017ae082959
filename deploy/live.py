"""Whether a stack takes leads."""

from __future__ import annotations

import http.client
import ssl
import time

from deploy.problem import Problem

WEBHOOK_HEADER = "X-Intake-Token"
_SIGNS = (("sidecar", "GET", "/api/readyz", 200), ("intake webhook", "POST", "/webhook/leads", 403))


def wait_live(port: int, host: str, context: ssl.SSLContext, logs: str, seconds: float = 120) -> None:
    """Until sidecar and intake webhook answer through the edge: imported is not yet published.

    `host` is the product's name, `port` the edge's on this machine; `logs` is the command that shows more
    when they do not answer. Asked with a wrong token, a published webhook refuses (403) and nothing comes
    in.
    """
    for what, method, path, status in _SIGNS:
        end = time.monotonic() + seconds
        while (said := _asked(port, host, context, method, path)) != status:
            if time.monotonic() > end:
                raise Problem(f"The {what} does not answer ({said}); see {logs}.")
            time.sleep(0.3)


def _asked(port: int, host: str, context: ssl.SSLContext, method: str, path: str) -> int | str:
    """The status of an answer, or the name of the error."""
    edge = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    try:
        edge.request(method, path, headers={"Host": host, WEBHOOK_HEADER: "is it live?"})
        return edge.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        edge.close()
