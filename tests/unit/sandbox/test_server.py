"""The sandbox providers behave as a subject's label or a script says."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web

from sandbox.server import create_app


def statuses(*steps):
    """Each step: a script to follow, or the path of a call; the statuses of the calls."""
    async def whole():
        runner = web.AppRunner(create_app(), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        told = []
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
                for step in steps:
                    if isinstance(step, dict):
                        await http.post("/_script", json=step)
                    else:
                        async with http.get(step) as answer:
                            told.append(answer.status)
        finally:
            await runner.cleanup()
        return told

    return asyncio.run(whole())


HUNTER, CLEARBIT = "/hunter/v2/people/find?email=a@{}", "/clearbit/v2/people/find?email=a@{}"


def test_the_newest_script_counts_so_often_and_for_its_provider():
    assert statuses(
        {"match": "acme", "behaviour": "missing"},
        {"match": "acme", "provider": "hunter", "behaviour": "down", "times": 1},
        CLEARBIT.format("acme.example"), HUNTER.format("acme.example"), HUNTER.format("acme.example"),
    ) == [404, 502, 404]


def test_a_script_of_latency_alone_leaves_the_behaviour_to_the_label():
    assert statuses(
        HUNTER.format("refuse-acme.example"), {"match": "acme", "latency_ms": 1},
        HUNTER.format("refuse-acme.example")) == [451, 451]
