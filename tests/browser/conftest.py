"""A real browser, and pages that fail a test when they complain."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from local import browser
from tests.client import Client
from tests.stack import running

expect.set_options(timeout=20_000)  # milliseconds: a simulation alone may take four seconds


@pytest.fixture(scope="session")
def stack():
    """A stack of their own: on the pages people change who is told, and where, and by which rules."""
    with running(SIDECAR_LEASE_SECONDS="15") as started:
        yield started


@pytest.fixture(scope="session")
def chromium(stack):
    with browser.launched(stack.stack.settings, stack.stack.certificates.chain) as context:
        yield context


@pytest.fixture
def client(stack):
    return Client(stack.facts)


@pytest.fixture
def page(chromium):
    """A fresh page; errors on its console, exceptions and policy violations fail the test."""
    chromium.clear_cookies()
    tab = chromium.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.complaints = complaints
    yield tab
    tab.close()
    assert complaints == []


@pytest.fixture
def signed_in(page, stack):
    """The dashboard, signed in."""
    page.goto(stack.facts["dashboard_url"])
    page.get_by_label("E-mail").fill(stack.facts["login"]["email"])
    page.get_by_label("Password").fill(stack.facts["login"]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
    page.complaints.clear()  # browsers write on the console that nobody was signed in before
    return page
