"""The sinks keep what they get, over restarts too, fail as a script says, and show it to people."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import re
import smtplib
import socket
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web

from sandbox import sinks
from sandbox.sinks.kept import CHANNELS, Kept
from sandbox.sinks.pressing import Presses
from sandbox.sinks.twilio import segments

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
BOT = {"Authorization": "Bearer xoxb-1"}
HOT = {"text": "Hot lead 92: Ada Lindqvist", "blocks": [
    {"type": "header", "text": {"type": "plain_text", "text": "92 · Ada Lindqvist"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Why hot*"}},
    {"type": "actions", "elements": [
        {"type": "button", "action_id": "claim", "value": "7:1",
         "text": {"type": "plain_text", "text": "Claim"}}]}]}
CARD = {"type": "message", "attachments": [{
    "contentType": "application/vnd.microsoft.card.adaptive", "content": {
        "type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "Hot lead"}]}}]}


def signed_in(login):
    return {"Authorization": f"Basic {base64.b64encode(f'{login}:token'.encode()).decode()}"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(scenario, keep=":memory:", presses=None):
    """Run `await scenario(http, mail)` on fresh sinks: an HTTP client, and a function that sends a mail."""
    async def whole():
        http_port, smtp_port = free_port(), free_port()
        app = sinks.create_app("127.0.0.1", smtp_port, str(keep), presses)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", http_port).start()

        def send(*recipients, content="Subject: Hello\r\n\r\nText"):
            with smtplib.SMTP("127.0.0.1", smtp_port, timeout=10) as client:
                return client.sendmail("a@example.com", recipients, content.encode())

        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{http_port}") as http:
                await scenario(http, lambda *to, **more: asyncio.to_thread(send, *to, **more))
        finally:
            await runner.cleanup()

    asyncio.run(whole())


async def kept(http, kind):
    async with http.get(f"/{kind}") as answer:
        return await answer.json()


async def posted(http, method="chat.postMessage", headers=BOT, **arguments):
    async with http.post(f"/api/{method}", json=arguments, headers=headers) as answer:
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


@pytest.mark.parametrize("charset", ["utf-8", "latin-1", "no-such-charset"])
def test_a_mail_may_be_written_in_anything(charset):
    async def scenario(http, mail):
        content = f"Subject: Ünal\r\nContent-Type: text/plain; charset={charset}\r\n\r\nÜnal"
        await mail("sales@example.com", content=content)
        [one] = await kept(http, "mail")
        assert "nal" in one["text"] and "nal" in one["subject"]
        await shown(http, view="text")

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


def test_slack_takes_what_has_attachments_and_no_text_and_nothing_that_has_neither():
    async def scenario(http, mail):
        alert = {"attachments": [{"title": "Alert: ServiceDown", "text": "sidecar does not answer"}]}
        for body, status in ((alert, 200), ({"attachments": []}, 400), ({}, 400)):
            async with http.post("/services/T000/B000/operations", json=body) as answer:
                assert answer.status == status
        async with http.get("/") as page:
            assert "<p>Alert: ServiceDown</p><p>sidecar does not answer</p>" in await page.text()

    run(scenario)


@pytest.mark.parametrize(("channel", "path", "body"), [
    ("slack", "/services/T000/B000/sales", {"json": HOT}),
    ("slack-bot", "/api/chat.postMessage", {"json": HOT | {"channel": "C0HOT"}, "headers": BOT}),
    ("teams", "/workflows/sales", {"json": CARD}),
    ("sms", "/2010-04-01/Accounts/AC1/Messages.json", {
        "data": {"To": "+46701740605", "From": "+46701740600", "Body": "Hot lead"},
        "headers": signed_in("AC1")}),
])
def test_a_failure_comes_before_or_after_the_message_is_kept(channel, path, body):
    async def scenario(http, mail):
        async def send():
            async with http.post(path, **body) as answer:
                return answer.status, answer.headers.get("Retry-After")

        for script in ({"status": 429, "retry_after": 3}, {"status": 503, "accept": True}):
            await http.post("/_script", json={"channel": channel} | script)
        assert await send() == (429, "3") and await kept(http, channel) == []
        assert (await send())[0] == 503 and len(await kept(http, channel)) == 1
        for script in ({"drop": True}, {"drop": True, "accept": True}):
            await http.post("/_script", json={"channel": channel} | script)
            with pytest.raises(aiohttp.ServerDisconnectedError):
                await send()
        assert len(await kept(http, channel)) == 2
        await http.post("/_script", json={"channel": channel, "status": 500})
        await http.delete("/_script")
        assert (await send())[0] in (200, 201, 202)
        assert len(await kept(http, channel)) == 3, "never deduplicated"

    run(scenario)


def test_a_mail_is_kept_and_its_answer_lost():
    async def scenario(http, mail):
        await http.post("/_script", json={"channel": "mail", "drop": True, "accept": True})
        with pytest.raises(smtplib.SMTPServerDisconnected):
            await mail("sales@example.com")
        await http.post("/_script", json={"channel": "mail", "drop": True})
        with pytest.raises(smtplib.SMTPServerDisconnected):
            await mail("sales@example.com")
        assert len(await kept(http, "mail")) == 1

    run(scenario)


def test_the_bots_messages_are_found_and_changed():
    async def scenario(http, mail):
        metadata = {"event_type": "enrichment_message", "event_payload": {"message_id": "1@x"}}
        first = await posted(http, channel="C0HOT", metadata=metadata, **HOT)
        others = [await posted(http, channel="C0HOT", text=f"message {number}") for number in range(3)]
        stamps = [answer["ts"] for answer in (first, *others)]
        assert first["ok"] and len(set(stamps)) == 4 and stamps == sorted(stamps)
        page = await posted(http, "conversations.history", channel="C0HOT", limit=3)
        assert [message["text"] for message in page["messages"]] == ["message 2", "message 1", "message 0"]
        rest = await posted(
            http, "conversations.history", channel="C0HOT", limit=3, include_all_metadata=True,
            cursor=page["response_metadata"]["next_cursor"])
        assert [message["metadata"] for message in rest["messages"]] == [metadata] and not rest["has_more"]
        late = await posted(http, "conversations.history", channel="C0HOT", oldest=stamps[2])
        assert [message["ts"] for message in late["messages"]] == [stamps[3]]
        changed = await posted(http, "chat.update", channel="C0HOT", ts=first["ts"], text="Ann has it")
        assert changed["message"]["metadata"] == metadata, "it stays"
        listed = await kept(http, "slack-bot")
        assert [one["updates"] for one in listed] == [1, 0, 0, 0]
        assert listed[0]["payload"] == {"text": "Ann has it"}

    run(scenario)


@pytest.mark.parametrize(("method", "arguments", "error"), [
    ("chat.postMessage", {"channel": "#sales", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "C0HOT"}, "no_text"),
    ("chat.postMessage", {"channel": "C0HOT", "text": "x", "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "C0HOT", "text": "x", "blocks": [{"type": "divider"}] * 51},
     "invalid_blocks"),
    ("chat.update", {"channel": "C0HOT", "ts": "1.1", "text": "x"}, "message_not_found"),
    ("conversations.history", {"channel": "sales"}, "channel_not_found"),
    ("users.lookupByEmail", {"email": "unknown@example.com"}, "users_not_found"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"), ("files.upload", {}, "unknown_method"),
])
def test_slack_refuses_what_it_does_not_know(method, arguments, error):
    async def scenario(http, mail):
        answer = await posted(http, method, **arguments)
        assert (answer["ok"], answer["error"]) == (False, error)
        for headers, wrong in (({}, "not_authed"), ({"Authorization": "Bearer x"}, "invalid_auth")):
            assert (await posted(http, method, headers=headers, **arguments))["error"] == wrong

    run(scenario)


def test_people_are_known_by_address_and_have_a_conversation():
    async def scenario(http, mail):
        user = (await posted(http, "users.lookupByEmail", email="Ann.Lee@example.com"))["user"]
        assert user["profile"]["email"] == "ann.lee@example.com"
        assert (await posted(http, "users.info", user=user["id"]))["user"] == user
        opened = await posted(http, "conversations.open", users=user["id"])
        sent = await posted(http, channel=user["id"], text="Hot lead")
        assert sent["channel"] == opened["channel"]["id"]
        assert "direct message to ann.lee@example.com" in await shown(http)
        assert (await posted(http, "auth.test"))["ok"]

    run(scenario)


def test_a_script_of_slack_is_of_one_method():
    async def scenario(http, mail):
        await http.post("/_script", json={
            "channel": "slack-bot", "method": "chat.update", "error": "cant_update_message"})
        sent = await posted(http, channel="C0HOT", text="x")
        assert sent["ok"]
        changed = await posted(http, "chat.update", channel="C0HOT", ts=sent["ts"], text="y")
        assert changed == {"ok": False, "error": "cant_update_message"}

    run(scenario)


@pytest.mark.parametrize("payload", [
    {}, {"type": "message"}, {"type": "message", "attachments": []},
    {"type": "message", "attachments": [{"contentType": "text/html", "content": {}}]},
])
def test_teams_refuses_what_is_no_card(payload):
    async def scenario(http, mail):
        assert (await http.post("/workflows/sales", json=payload)).status == 400
        large = CARD | {"text": "x" * 29_000}
        assert (await http.post("/workflows/sales", json=large)).status == 413
        assert await kept(http, "teams") == []

    run(scenario)


@pytest.mark.parametrize(("to", "body", "login", "code"), [
    ("+46701740605", "Hot", "AC2", 20003), ("0701740605", "Hot", "AC1", 21211),
    ("+15005550004", "Hot", "AC1", 21610), ("+46701740605", "", "AC1", 21602),
    ("+46701740605", "x" * 1601, "AC1", 21617),
])
def test_twilio_refuses_with_its_codes(to, body, login, code):
    async def scenario(http, mail):
        async with http.post("/2010-04-01/Accounts/AC1/Messages.json", headers=signed_in(login),
                             data={"To": to, "From": "+46701740600", "Body": body}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (401 if code == 20003 else 400, code)
        assert await kept(http, "sms") == []

    run(scenario)


@pytest.mark.parametrize(("text", "parts"), [
    ("x" * 160, 1), ("x" * 161, 2), ("ä" * 306, 2), ("€" * 81, 2), ("王" * 70, 1), ("王" * 71, 2),
    ("🔥" * 36, 2),
])
def test_a_long_sms_goes_in_parts(text, parts):
    assert segments(text) == parts


def test_messages_outlive_a_restart_and_none_outlives_its_time(tmp_path):
    async def first(http, mail):
        await http.post("/services/sales", json={"text": "hot"})
        await posted(http, channel="C0HOT", text="hot")
        await mail("sales@example.com")

    async def second(http, mail):
        assert [len(await kept(http, kind)) for kind in CHANNELS] == [1, 1, 0, 0, 1]
        [before] = await kept(http, "slack-bot")
        again = await posted(http, channel="C0HOT", text="hot")
        assert again["ts"] > before["ts"]
        [later] = await (await http.get("/slack-bot", params={"after": before["id"]})).json()
        assert later["ts"] == again["ts"]
        await http.delete("/slack")
        assert [len(await kept(http, kind)) for kind in CHANNELS] == [0, 2, 0, 0, 1]

    run(first, tmp_path / "kept")
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
    run(second, tmp_path / "kept")


def test_the_newest_are_kept():
    newest = Kept(most=700)
    for number in range(1500):
        newest.add("sms", {"body": str(number)})
    left = [one["body"] for one in json.loads(newest.listing("sms"))]
    assert left == [str(number) for number in range(800, 1500)]
    newest.close()


class Page(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


async def shown(http, **query):
    async with http.get("/", params=query) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy
        return await answer.text()


async def send_everywhere(http, mail, text):
    """A message with that text by each channel."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}},
              {"type": "actions", "elements": [{"type": "button", "action_id": "claim", "value": text,
                                                "text": {"type": "plain_text", "text": "Claim"}}]}]
    card = json.loads(json.dumps(CARD).replace("Hot lead", json.dumps(text)[1:-1]))
    await http.post("/services/sales", json={"text": text, "blocks": blocks})
    assert (await posted(http, channel="C0HOT", text=text, blocks=blocks))["ok"]
    await http.post("/workflows/sales", json=card)
    await http.post("/2010-04-01/Accounts/AC1/Messages.json", headers=signed_in("AC1"), data={
        "To": "+46701740605", "From": text, "Body": text})
    await mail("sales@example.com", content=(
        f"Subject: {text}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{text}</p>"))


def test_what_strangers_write_is_text_on_the_page():
    async def scenario(http, mail):
        await send_everywhere(http, mail, HOSTILE)
        html = await shown(http, q="alert", channel="\"><script>", view=HOSTILE)
        page = Page(html)
        assert not {"script", "img"} & {tag for tag, _ in page.tags}
        assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
        assert page.text.count("alert(1)") >= 5
        [frame] = [attributes for tag, attributes in page.tags if tag == "iframe"]
        async with http.get(frame["src"]) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and policy.startswith("sandbox ")
            assert "allow-scripts" not in policy and "allow-same-origin" not in policy

    run(scenario)


def test_messages_are_searched_and_the_newest_come_first():
    async def scenario(http, mail):
        for name in ("Ada Lindqvist", "Bob Stone", "Ünal Ada"):
            await send_everywhere(http, mail, f"Hot lead: {name}")
        found = re.findall(r"Hot lead: (\w+)", unescape(await shown(http, channel="sms")))
        assert found == ["Ünal", "Bob", "Ada"]
        assert (await shown(http, q="ADA hot")).count("<article") == 10
        assert (await shown(http, q="ünal", channel="teams")).count("<article") == 1
        assert "No message." in await shown(http, q="Ada", before="1")
        assert "No message." in await shown(http, q="100% _")

    run(scenario)


def test_a_long_list_goes_page_by_page():
    async def scenario(http, mail):
        for number in range(45):
            await http.post("/services/sales", json={"text": f"number {number}."})
        seen, link = [], "/?channel=slack"
        while link:
            async with http.get(link) as answer:
                html = await answer.text()
            seen += re.findall(r"number (\d+)\.", html)
            older = re.search(r'class="older" href="([^"]+)"', html)
            link = older and unescape(older[1])
        assert seen == [str(number) for number in reversed(range(45))]

    run(scenario)


MAIL = """Subject: Hot\r\nContent-Type: text/html\r\n\r\n<!doctype html><html><head>\
<meta name="color-scheme" content="light dark"><style>\
@media (prefers-color-scheme: dark) { p { color: #fff } }</style></head>\
<body><p>Hot</p></body></html>"""


@pytest.mark.parametrize(("view", "media", "scheme", "images"), [
    ("light", "@media not all {", "light", "data: https:"), ("dark", "@media all {", "dark", "data: https:"),
    ("no-images", "@media not all {", "light", "'none'"),
])
def test_a_mail_is_seen_in_light_in_dark_and_without_images(view, media, scheme, images):
    async def scenario(http, mail):
        await mail("sales@example.com", content=MAIL)
        [one] = await kept(http, "mail")
        async with http.get(f"/mail/{one['id']}", params={"view": view}) as answer:
            html = await answer.text()
            assert media in html and f'name="color-scheme" content="{scheme}"' in html
            assert f"img-src {images}" in answer.headers["Content-Security-Policy"]
        assert (await http.get("/mail/99")).status == (await http.get("/mail/x")).status == 404

    run(scenario)


def test_a_button_is_pressed_as_slack_would():
    secret, got = "s" * 32, []

    async def engine(request):
        got.append((dict(request.headers), await request.text()))
        return web.Response(text="")

    async def scenario(http, mail):
        app = web.Application()
        app.router.add_post("/v1/channels/slack/actions", engine)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        sent = await posted(http, channel="C0HOT", **HOT)
        [message] = await kept(http, "slack-bot")
        press = {"message": message["id"], "action": "claim", "value": "7:1", "as": "ann@example.com"}
        async with http.post("/press", json=press) as answer:
            assert await answer.json() == {"status": 200, "body": ""}
        await press_on_page(http, message["id"])
        await runner.cleanup()
        assert len(got) == 2
        headers, body = got[0]
        stamp = headers["X-Slack-Request-Timestamp"]
        expected = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        assert headers["X-Slack-Signature"] == f"v0={expected}"
        payload = json.loads(parse_qs(body)["payload"][0])
        assert (payload["type"], payload["channel"]["id"]) == ("block_actions", "C0HOT")
        assert payload["container"]["message_ts"] == payload["message"]["ts"] == sent["ts"]
        assert [(action["action_id"], action["value"]) for action in payload["actions"]] == [("claim", "7:1")]
        assert payload["response_url"].endswith(f"/response/{message['id']}")
        async with http.post(payload["response_url"], json={"text": "You have it"}) as answer:
            assert answer.status == 200
        known = await posted(http, "users.info", user=payload["user"]["id"])
        assert known["user"]["profile"]["email"] == "ann@example.com"
        html = Page(await shown(http)).text
        assert "ann@example.com pressed Claim · answered 200" in html

    port = free_port()
    run(scenario, presses=Presses(f"http://127.0.0.1:{port}/v1/channels/slack/actions", secret))


async def press_on_page(http, message_id):
    """Press the first button of the page, as its form is sent."""
    page = Page(await shown(http))
    [button] = [attributes for tag, attributes in page.tags
                if tag == "button" and (attributes.get("name") or "").startswith("press:")]
    form = {"message": str(message_id), button["name"]: button["value"], "as": "bob@example.com",
            "back": "/?channel=slack-bot"}
    async with http.post("/press", data=form, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, f"/?channel=slack-bot#m{message_id}")
    async with http.post("/press", data=form | {"back": "//evil.example"}, allow_redirects=False,
                         headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403


def test_a_press_without_an_engine_says_so():
    async def scenario(http, mail):
        await posted(http, channel="C0HOT", **HOT)
        [message] = await kept(http, "slack-bot")
        for value, said in (("7:1", "presses go nowhere"), ("forged", "no such button")):
            async with http.post("/press", json={
                    "message": message["id"], "action": "claim", "value": value}) as answer:
                told = await answer.json()
                assert told["status"] == 0 and said in told["body"]

    run(scenario)


def test_an_answer_to_a_press_is_seen_or_stands_in_the_messages_place():
    async def scenario(http, mail):
        await posted(http, channel="C0HOT", **HOT)
        [message] = await kept(http, "slack-bot")
        await http.post(f"/response/{message['id']}", json={
            "response_type": "ephemeral", "replace_original": False, "text": "Bob has it already"})
        assert "Bob has it already" in await shown(http)
        await http.post(f"/response/{message['id']}", json={"replace_original": True, "text": "Ann has it"})
        html = await shown(http)
        assert "Ann has it" in html and "Claim" not in html

    run(scenario)
