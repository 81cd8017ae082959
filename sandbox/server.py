"""The sandbox providers: `python -m sandbox.server --port N [--latency-ms 0]`.

Each twin of `sandbox/providers/` answers below its name. What is asked decides the behaviour: a label
such as `throttle-` at the start of the domain (or of the mail's local part), or a script sent to POST
/_script {"match", "behaviour", "times", "provider", "latency_ms"}: for subjects that hold `match`, of one
provider or of all; of several the newest counts. GET /_calls counts calls and credits, DELETE forgets all.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.providers import TWINS
from sandbox.twin import BEHAVIOURS, Twin


@dataclass
class Script:
    """How subjects that hold `match` are answered, so many times, by one provider or by all."""

    match: str = ""
    behaviour: str | None = None
    times: int = 1_000_000_000
    provider: str = ""
    latency_ms: float | None = None


class Sandbox:
    """Counts what is asked and has the twins answer it."""

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.calls: Counter[str] = Counter()
        self.by_provider: dict[str, Counter[str]] = {}
        self.scripts: list[Script] = []
        self.seen: Counter[str] = Counter()

    def handler(self, twin: Twin) -> Callable[[web.Request], Awaitable[web.Response]]:
        """What answers the paths of a twin."""
        async def handle(request: web.Request) -> web.Response:
            params = dict(request.query) | (await request.json() if request.can_read_body else {})
            try:
                operation, subject = twin.asked(request.path.removeprefix(f"/{twin.name}"), params)
            except LookupError:
                raise web.HTTPNotFound from None
            key = f"{twin.name} {operation} {subject}"
            self.calls[key] += 1
            counts = self.by_provider.setdefault(twin.name, Counter())
            counts["calls"] += 1
            script = self._script(twin.name, subject)
            behaviour = _label(subject) if script.behaviour is None else script.behaviour
            await asyncio.sleep(self.latency if script.latency_ms is None else script.latency_ms / 1000)
            if behaviour == "slow":
                await asyncio.sleep(30)
            self.seen[key] += 1
            status, body, content_type, headers = twin.answer(operation, subject, behaviour, self.seen[key])
            if twin.billed(operation, status) and behaviour != "garbled":
                counts["credits"] += 1
            return web.Response(status=status, text=body, content_type=content_type, headers=headers)

        return handle

    def _script(self, provider: str, subject: str) -> Script:
        for script in reversed(self.scripts):
            if script.match in subject and script.times > 0 and script.provider in ("", provider):
                script.times -= 1
                return script
        return Script()

    async def counts(self, request: web.Request) -> web.Response:
        """What was asked so far."""
        return web.json_response({
            "total": sum(self.calls.values()),
            "by_provider": {name: {"calls": c["calls"], "credits": c["credits"]}
                            for name, c in self.by_provider.items()},
            "by_key": dict(self.calls)})

    async def reset(self, request: web.Request) -> web.Response:
        """Forget what was asked, and the scripts."""
        self.calls.clear()
        self.by_provider.clear()
        self.scripts.clear()
        self.seen.clear()
        return web.Response(status=204)

    async def script(self, request: web.Request) -> web.Response:
        """Give a behaviour to the subjects that match."""
        self.scripts.append(Script(**await request.json()))
        return web.Response(status=204)


def _label(subject: str) -> str:
    """The behaviour that a subject bears."""
    local, _, domain = subject.rpartition("@")
    for part in (domain, local):
        label = part.split("-")[0].split(".")[0]
        if label in BEHAVIOURS:
            return label
    return ""


def create_app(latency: float = 0.0) -> web.Application:
    """The server."""
    sandbox = Sandbox(latency)
    app = web.Application()
    app.router.add_get("/_calls", sandbox.counts)
    app.router.add_delete("/_calls", sandbox.reset)
    app.router.add_post("/_script", sandbox.script)
    for twin in TWINS.values():
        app.router.add_route("*", f"/{twin.name}/{{path:.*}}", sandbox.handler(twin))
    return app


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    options = parser.parse_args()
    web.run_app(create_app(options.latency_ms / 1000), host=options.host, port=options.port,
                access_log=None, print=None, keepalive_timeout=300)


if __name__ == "__main__":
    main()
