"""What tracing costs: the processor time of a request beside that of the same app without it, while it is
off, and while it is on with a collector that is gone.
"""

from __future__ import annotations

import timeit
from contextlib import ExitStack

from local import programs
from sidecar import tracing
from sidecar.engine import Engine
from sidecar.settings import Settings
from tests.benchmarks.api import OURS, bodies_of, serving, token_of
from tests.benchmarks.metrics import asker, used
from tests.stack import running_services

REQUESTS, LOOKS = 4000, 100_000
_APP = "tests.benchmarks.empty_route"
_ON = {"SIDECAR_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}
_SERVED = {
    "without": ("create_untraced", {}), "off": ("create_app", {}),
    "on, 5 % kept": ("create_app", _ON), "on, all kept": ("create_app", _ON | {"SIDECAR_TRACES_RATIO": "1"})}


def look() -> None:
    """What a request with two transactions does while tracing is off."""
    with tracing.of_request("GET", None):
        for _ in range(2):
            with tracing.span("transaction", write=True):
                pass
        tracing.note(route="/v1/empty", status=200)


def main() -> None:
    """Print every figure: the same requests to all in turn, each with one worker."""
    print(f"looking whether a request is traced: {timeit.timeit(look, number=LOOKS) / LOOKS * 1e6:.1f} us")
    with running_services() as stack, ExitStack() as served:
        engine = Engine.build(Settings.from_env(
            programs.sidecar_environment(stack) | {"SIDECAR_WAKE_URL": ""}))
        headers = {"Authorization": f"Bearer {token_of(stack, engine)}", "Content-Type": "application/json"}
        engine.close()
        addresses = {
            name: served.enter_context(serving(
                stack, f"{_APP}:{create}()", OURS[1], 18141 + place, SIDECAR_WORKERS="1", **settings))
            for place, (name, (create, settings)) in enumerate(_SERVED.items())}
        for method, path, count in (("GET", "/v1/empty", REQUESTS), ("POST", "/v1/leads", REQUESTS // 4)):
            asked = [asker(address, method, path, headers, bodies_of(method, f"at{place}"))
                     for place, address in enumerate(addresses.values())]
            for ask in asked:
                for _ in range(100):
                    ask()
            before = {name: used(address) for name, address in addresses.items()}
            for _ in range(count):
                for ask in asked:
                    ask()
            spent = {name: (used(address) - before[name]) / count for name, address in addresses.items()}
            print(f"{method} {path}: " + "; ".join(
                f"{name} {ms:.3f} ms (ratio {ms / spent['without']:.3f})" for name, ms in spent.items())
                + "; goal of off 1.00")


if __name__ == "__main__":
    main()
