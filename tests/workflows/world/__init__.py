"""An invented world behind real host names, served by the test: sites of companies, a resolver, a provider.

n8n reaches it by https and http at their own ports, by names that stand for public addresses
(`world.node.js`), so that whatever n8n and its nodes check, they check as in production.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import trustme
from aiohttp import web

from sandbox.providers import TWINS
from sandbox.server import Sandbox
from sidecar.enrichment import PROVIDERS

PUBLIC = "93.184.215.14"
Page = Callable[[web.Request], Awaitable[web.StreamResponse]]
_TWINS = {host: TWINS[provider.name] for provider in PROVIDERS.values() for host in provider.hosts}


class World:
    """What is there: `pages`, by host and path; the providers, as the sandbox plays them (`sandbox`). `asked`
    counts by host and path; `requests` keeps those to providers."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        self.pages: dict[str, Page] = {}
        self.asked: Counter[str] = Counter()
        self.requests: list[web.Request] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        host = request.headers["Host"].partition(":")[0]
        self.asked[host + request.path] += 1
        if host in _TWINS:
            self.requests.append(request)
        if page := self.pages.get(host + request.path):
            return await page(request)
        return await self.play(request) if host in _TWINS else web.Response(status=404)

    async def play(self, request: web.Request) -> web.Response:
        """What a provider's twin answers."""
        return await self.sandbox.handler(_TWINS[request.headers["Host"]])(request)


@contextmanager
def existing(folder: Path, names: Mapping[str, list[str]]) -> Iterator[tuple[World, dict[str, str]]]:
    """The world, and the settings by which a stack lives in it. `names`: hosts, beside those of providers,
    with the addresses that they stand for, one after the other."""
    world = World()
    hosts = {host: [PUBLIC] for host in _TWINS} | dict(names)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "world.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    loop, started = asyncio.new_event_loop(), Thread(target=lambda: loop.run_forever(), daemon=True)
    started.start()

    async def serve() -> tuple[web.AppRunner, list[Any]]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", world.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        for tls in (context, None):
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        return runner, [port for _, port in runner.addresses]

    runner, (https, http) = asyncio.run_coroutine_threadsafe(serve(), loop).result(30)
    shutil.copy(Path(__file__).with_name("world.node.js"), folder)
    (folder / "world.json").write_text(json.dumps({"names": hosts, "https": https, "http": http}))
    try:
        yield world, {"N8N_CUSTOM_EXTENSIONS": str(folder), "NODE_EXTRA_CA_CERTS": str(folder / "world.pem")}
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        started.join(10)
        loop.close()
