"""Whether a stack takes leads."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable

from deploy.problem import Problem
from deploy.progress import say

WEBHOOK_HEADER = "X-Intake-Token"
# n8n's command that tells which workflows are published, at log level info.
PUBLISHED = ("list:workflow", "--active=true", "--onlyId")
_INTAKE = "leadIntake000001"  # the workflow behind the webhook
_SIGNS = (("sidecar", "GET", "/api/readyz", 200), ("intake webhook", "POST", "/webhook/leads", 403))


def wait_live(
    port: int, host: str, context: ssl.SSLContext, logs: str, published: Callable[[], str],
    seconds: float = 120,
) -> None:
    """Until sidecar and intake webhook answer through the edge: imported is not yet published.

    `host` is the product's name, `port` the edge's on this machine; `logs` is the command that shows more
    when they do not answer. Asked with a wrong token, a published webhook refuses (403) and nothing comes
    in. Where it is unknown (404), `published`, the ids of the published workflows, tells whether it is
    still to come: people may unpublish it.
    """
    for what, method, path, status in _SIGNS:
        end = time.monotonic() + seconds
        to_come = False
        while (said := _asked(port, host, context, method, path)) != status:
            if said == 404 and method == "POST" and not to_come:
                to_come = _INTAKE in published().split()
                if not to_come:
                    say("         Lead intake is unpublished in n8n: the webhook takes no leads.")
                    return
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
