"""The mail and Slack sinks keep what they get, and fail as a script says."""

from __future__ import annotations

import asyncio
import contextlib
import smtplib
import socket

import aiohttp
import pytest
from aiohttp import web

from sandbox import sinks


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(scenario):
    """Run `await scenario(http, mail)` on fresh sinks: an HTTP client, and a function that sends a mail."""
    async def whole():
        http_port, smtp_port = free_port(), free_port()
        runner = web.AppRunner(sinks.create_app("127.0.0.1", smtp_port), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", http_port).start()

        def send(*recipients):
            with smtplib.SMTP("127.0.0.1", smtp_port, timeout=10) as client:
                return client.sendmail("a@example.com", recipients, "Subject: Hello\r\n\r\nText")

        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{http_port}") as http:
                await scenario(http, lambda *recipients: asyncio.to_thread(send, *recipients))
                for path in ("/mail", "/slack", "/_script"):
                    await http.delete(path)
        finally:
            await runner.cleanup()

    asyncio.run(whole())


async def kept(http, kind):
    async with http.get(f"/{kind}") as answer:
        return await answer.json()


def test_a_mail_is_refused_as_often_as_the_script_says():
    async def scenario(http, mail):
        await http.post("/_script", json={"channel": "mail", "status": 450, "times": 2})
        for _ in range(2):
            with pytest.raises(smtplib.SMTPDataError) as refused:
                await mail("sales@example.com")
            assert refused.value.smtp_code == 450
        await mail("sales@example.com")
        assert [m["to"] for m in await kept(http, "mail")] == [["sales@example.com"]]

    run(scenario)


def test_one_recipient_is_refused_and_the_other_gets_the_mail():
    async def scenario(http, mail):
        await http.post("/_script", json={"channel": "mail", "status": 550, "recipient": "gone@example.com"})
        refused = await mail("sales@example.com", "gone@example.com")
        assert refused["gone@example.com"][0] == 550
        assert [m["to"] for m in await kept(http, "mail")] == [["sales@example.com"]]

    run(scenario)


def test_slack_is_refused_with_a_pause_and_mail_is_not():
    async def scenario(http, mail):
        await http.post("/_script", json={"status": 429, "times": 1, "retry_after": 7})
        await mail("sales@example.com")
        refused = await http.post("/services/T000/B000/sales", json={"text": "hot"})
        assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
        assert (await http.post("/services/T000/B000/sales", json={"text": "hot"})).status == 200
        assert len(await kept(http, "slack")) == len(await kept(http, "mail")) == 1

    run(scenario)


def test_a_delay_holds_the_answer_back():
    async def scenario(http, mail):
        await http.post("/_script", json={"channel": "slack", "delay": 60})
        with contextlib.suppress(TimeoutError):
            await http.post("/services/T000/B000/sales", json={"text": "hot"},
                            timeout=aiohttp.ClientTimeout(total=0.2))
            raise AssertionError("it answered")
        assert await kept(http, "slack") == []

    run(scenario)
