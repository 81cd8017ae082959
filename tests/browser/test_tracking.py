"""track.js in a browser: nothing before consent, nothing of who asks not to be tracked, then the visit with
its campaign. It needs no n8n: the sidecar alone, and a page of another site."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from local import browser
from sidecar.store import forms
from sidecar.store.database import many
from tests.client import until
from tests.integration.conftest import api, app, engine, environ

__all__ = ["api", "app", "engine", "environ"]  # fixtures

CAMPAIGN = "utm_source=ads&utm_campaign=spring&gclid=g1&email=nora%40vale.example"


@pytest.fixture(scope="module")
def chromium(services):
    found = browser.find(services.settings)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=found.program, env=found.environment, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def served(application):
    """The address of a server on this machine."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def visit(app, api, engine, chromium):
    """A page of another site that has the script; before: a script that runs before those of the page."""
    with served(app) as ours, served(Response(
            f'<body><h1>Shop</h1><script src="{ours}/v1/track.js?key=a-key"></script>',
            mimetype="text/html")) as site:
        with engine.database.write() as cursor:
            forms.save(cursor, "a-key", "shop", [site], "web_form")
        contexts = []

        def opened(before=""):
            contexts.append(context := chromium.new_context())
            if before:
                context.add_init_script(before)
            page = context.new_page()
            page.goto(f"{site}/preise?{CAMPAIGN}")
            page.site = site
            return page

        yield opened
        for context in contexts:
            context.close()


def events(engine):
    with engine.database.read() as cursor:
        return many(cursor, "SELECT type, contact_id, properties FROM events ORDER BY id")


STORED = "() => Object.keys(localStorage).length + document.cookie.length"


def test_nothing_is_stored_or_sent_before_the_visitor_agrees_nor_after_they_refuse(visit, engine):
    page = visit()
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    assert page.evaluate("() => window.enrichment.consent()") is None
    assert page.evaluate("() => [window.enrichment.id(), window.enrichment.identify('a@b.example')]") == [
        None, False]
    assert page.evaluate(STORED) == 0 and page.locator("#enrichment_id").count() == 0
    page.evaluate("() => window.enrichment.consent(false)")
    page.reload()
    assert page.evaluate("() => [window.enrichment.consent(), localStorage.enrichment_id ?? null]") == [
        False, None]
    assert not [url for url in sent if "/events" in url] and events(engine) == []


def test_a_visitor_who_agrees_is_told_with_the_campaign_and_again_on_the_next_page(visit, engine, api):
    page = visit()
    assert page.evaluate("() => window.enrichment.consent(true)") is True
    [event] = until(lambda: events(engine), 10, "the visit")
    assert event["type"] == "pricing_view"
    assert event["properties"] | {"user_agent": "", "ip": ""} == {
        "url": f"{page.site}/preise", "utm_source": "ads", "utm_campaign": "spring", "gclid": "g1",
        "method": "POST", "user_agent": "", "ip": ""}
    page.goto(f"{page.site}/team")
    until(lambda: len(events(engine)) == 2, 10, "the next visit")
    assert page.locator("#enrichment_id").is_hidden()
    assert api.post("/v1/leads", {"email": "nora@vale.example"}).status_code == 202
    page.evaluate("() => window.enrichment.identify('nora@vale.example')")
    until(lambda: len([one for one in events(engine) if one["contact_id"]]) == 3, 10, "whose they are")
    page.evaluate("() => window.enrichment.consent(false)")
    page.reload()
    assert page.evaluate("() => localStorage.enrichment_id ?? null") is None
    assert len(events(engine)) == 3


@pytest.mark.parametrize("asks", [
    "Object.defineProperty(navigator, 'doNotTrack', {value: '1'})",
    "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"])
def test_who_asks_not_to_be_tracked_is_not(visit, engine, asks):
    page = visit(before=asks)
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    assert page.evaluate("() => [window.enrichment.consent(), window.enrichment.consent(true)]") == [
        False, False]
    page.reload()
    assert page.evaluate("() => localStorage.enrichment_id ?? null") is None
    assert not [url for url in sent if "/events" in url] and events(engine) == []
